"""Questions in two languages that ask the same: kinds, areas, colours and movements in well-formed frames."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from crossmodal_narrator.core.scene import SceneState

KINDS = {  # English singular, plural, Chinese, its measure word
    "car": ("car", "cars", "轿车", "辆"),
    "van": ("van", "vans", "面包车", "辆"),
    "truck": ("truck", "trucks", "货车", "辆"),
    "bus": ("bus", "buses", "公交车", "辆"),
    "train": ("train", "trains", "火车", "列"),
    "motorcycle": ("motorcycle", "motorcycles", "摩托车", "辆"),
    "bicycle": ("bicycle", "bicycles", "自行车", "辆"),
    "cyclist": ("cyclist", "cyclists", "骑车的人", "个"),
    "pedestrian": ("pedestrian", "pedestrians", "行人", "个"),
    "anyone": ("person", "people", "人", "个"),
    "animal": ("animal", "animals", "动物", "只"),
    "cone": ("traffic cone", "traffic cones", "锥桶", "个"),
    "obstacle": ("obstacle", "obstacles", "障碍物", "个"),
    "vehicle": ("vehicle", "vehicles", "车辆", "辆"),
}
AREAS = {
    "": ("", ""),
    "ahead": ("ahead", "前面"),
    "left": ("on the left", "左边"),
    "right": ("on the right", "右边"),
    "behind": ("behind us", "后面"),
    "ahead_left": ("ahead on the left", "左前方"),
    "ahead_right": ("ahead on the right", "右前方"),
    "behind_left": ("behind us on the left", "左后方"),
    "behind_right": ("behind us on the right", "右后方"),
    "lane": ("in our lane", "同车道"),
    "beside": ("beside us", "旁边"),
    "around": ("around us", "周围"),
}
COLOURS = {
    "white": ("white", "白色"),
    "black": ("black", "黑色"),
    "grey": ("grey", "灰色"),
    "red": ("red", "红色"),
    "blue": ("blue", "蓝色"),
    "green": ("green", "绿色"),
    "yellow": ("yellow", "黄色"),
    "orange": ("orange", "橙色"),
    "brown": ("brown", "棕色"),
}
MOVES = {
    "crossing": ("crossing", "横穿"),
    "parked": ("parked", "停着"),
    "standing": ("waiting", "在等"),
    "oncoming": ("coming towards us", "迎面过来"),
    "braking": ("braking", "在刹车"),
    "moving": ("moving", "在动"),
}
OF_US = (
    ("What are we doing?", "我们在干什么？"),
    ("Are we turning?", "我们在转弯吗？"),
    ("How fast are we going?", "我们开多快？"),
)
PLAIN = (
    *OF_US,
    ("What do you see?", "你看到什么？"),
    ("Describe what is around us.", "描述一下周围的情况。"),
    ("Is the light red?", "是红灯吗？"),
    ("Do you hear a siren?", "听到警笛了吗？"),
    ("Why are we slowing down?", "我们为什么减速？"),
    ("Why did we stop?", "我们为什么停下来？"),
    ("Can I get out on the left?", "左边可以下车吗？"),
    ("Can I get out on the right?", "右边可以下车吗？"),
    ("What happened?", "发生了什么？"),
    ("Could you say that again?", "再说一遍。"),
    ("Stop the car.", "停车。"),
    ("Turn left.", "左转。"),
    ("Overtake the truck ahead.", "超过前面的货车。"),
    ("Can you promise that we are safe?", "你能保证安全吗？"),
    ("What is the weather like?", "天气怎么样？"),
    ("What is the speed limit?", "限速是多少？"),
    ("Tell me a joke.", "讲个笑话吧。"),
    ("Why did we slow down?", "我们刚才为什么减速？"),
    ("Why did we turn?", "我们刚才为什么转弯？"),
    ("Why did we start again?", "我们刚才为什么起步？"),
    ("Why did we reverse?", "我们刚才为什么倒车？"),
    ("Why did we swerve?", "我们刚才为什么变道？"),
    ("What was that noise?", "刚才是什么声音？"),
    ("What if the car ahead brakes?", "如果前车急刹呢？"),
    ("What happens if we brake hard?", "如果我们急刹会怎么样？"),
    ("What if someone steps out?", "万一有人走出来呢？"),
    ("What happens if nothing changes?", "如果一直这样会怎么样？"),
    ("How do you know that?", "你怎么知道的？"),
    ("What did you mean?", "你说的是什么意思？"),
    ("Say that again slowly.", "说慢一点。"),
    ("How far is it?", "它有多远？"),
    ("What colour is the obstacle?", "障碍物是什么颜色？"),
    ("What colour is it?", "它是什么颜色？"),
)


@dataclass(frozen=True, kw_only=True)
class Question:
    """`english` and `chinese` ask the same; `shape` is the frame, for who looks for what failed."""

    english: str
    chinese: str
    shape: str


def random_question(rng: np.random.Generator, scene: SceneState) -> Question:
    """About something that is there, as often as about anything."""
    turns = scene.ego is not None and abs(scene.ego.yaw_rate_rps) > 0.1
    if rng.random() < 0.35:
        asked = OF_US if turns and rng.random() < 0.5 else PLAIN
        english, chinese = asked[int(rng.integers(len(asked)))]
        return Question(english=english, chinese=chinese, shape=english)
    shape = SHAPES[int(rng.integers(len(SHAPES)))]
    kinds, areas = list(KINDS), [a for a in AREAS if a or shape not in OF_A_PLACE]
    if scene.objects and rng.random() < 0.5:
        there = scene.objects[int(rng.integers(len(scene.objects)))]
        kinds, areas = [there.label.value], [a for a in areas if a in ("", there.relation.side.value, "around")]
    words = _words(kinds[int(rng.integers(len(kinds)))], areas[int(rng.integers(len(areas)))], rng)
    english, chinese = (half.format(**words) for half in shape)
    return Question(english=_tidy(english), chinese=chinese, shape=shape[0])


def _words(kind: str, where: str, rng: np.random.Generator) -> dict[str, str]:
    one, many, noun, measure = KINDS[kind]
    area, place = AREAS[where]
    colour, tint = COLOURS[str(rng.choice(list(COLOURS)))] if rng.random() < 0.2 else ("", "")
    move, does = MOVES[str(rng.choice(list(MOVES)))]
    return {
        "one": f"{colour} {one}".strip(),
        "many": f"{colour} {many}".strip(),
        "noun": f"{tint}{noun}",
        "area": area,
        "place": place,
        "of": f"{place}的" if place else "",
        "in": f"{place}有",
        "m": measure,
        "move": move,
        "does": does,
    }


SHAPES = (
    ("Is there a {one} {area}?", "{in}{noun}吗？"),
    ("Are there any {many} {area}?", "{in}没有{noun}？"),
    ("How many {many} are there {area}?", "{in}几{m}{noun}？"),
    ("Where is the nearest {one}?", "最近的{noun}在哪里？"),
    ("How far away is the {one} {area}?", "{of}{noun}有多远？"),
    ("How far is the nearest {one}?", "最近的{noun}离我们多远？"),
    ("What colour is the {one} {area}?", "{of}{noun}是什么颜色？"),
    ("How fast is the {one} {area}?", "{of}{noun}速度是多少？"),
    ("What is the {one} {area} doing?", "{of}{noun}在干什么？"),
    ("Is any {one} {move} {area}?", "{in}{noun}{does}吗？"),
    ("Is the nearest {one} {move}?", "最近的{noun}{does}吗？"),
    ("What is {area}?", "{place}有什么？"),
)
OF_A_PLACE = [
    s for s in SHAPES if s[0].startswith(("What is {area}", "What is the {one} {area}", "How fast"))
]  # else of us


def _tidy(english: str) -> str:
    """One space between words, and an article that fits."""
    words = " ".join(english.replace("?", " ?").split()).replace(" ?", "?")
    return words.replace(" a a", " an a").replace(" a o", " an o")
