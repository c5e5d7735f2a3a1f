"""What the words of a Chinese sentence tell."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator

from readings import (
    ALL_AHEAD,
    NAMED,
    VEHICLES,
    Accepts,
    Rule,
    ago,
    at,
    captured,
    counts,
    in_trouble,
    is_near,
    kilometres,
    left,
    metres,
    others,
    passed,
    rule,
    says,
    sides,
    tellers,
)

NOUNS = {
    "van": "面包车",
    "truck": "货车",
    "bus": "公交车",
    "train": "列车",
    "motorcycle": "摩托车",
    "bicycle": "自行车",
    "cyclist": "骑车的人",
    "pedestrian": "行人|人影",
    "animal": "动物",
    "cone": "锥桶",
    "car": "轿车",
}
GENERAL = {"车": {*VEHICLES, "bicycle"}, "人": {"pedestrian", "cyclist"}, "东西": {"cone", "obstacle"}}
COLOURS = {
    "白": {"white"}, "黑": {"black"}, "灰": {"grey", "gray"}, "银": {"silver"}, "红": {"red"}, "蓝": {"blue"},
    "绿": {"green"}, "黄": {"yellow"}, "橙": {"orange"}, "棕": {"brown"}, "米色": {"beige"}, "深色": {"dark"},
}  # fmt: skip
MOTIONS = {
    "起步了": {"pulling_away"},
    "刹车了|急刹": {"braking"},
    "正?从我们前面(横着过去|横穿|过马路)|正?横着过去|(正在)?横穿(马路)?|在过马路": {"crossing"},
    "走到路上来了|走出来": {"stepping_out"},
    "停下了|站住了|不动了|在等|挡着(我们的路)?": {"stopped"},
    "停着|站着|停了": {"stopped", "parked"},
    "开动了|骑起来了|走起来了|动了|在走|在骑": {"moving"},
    "(正?迎面(开来|骑来|走来|来了?)|冲过来|骑过来|走过来)": {"oncoming"},
    "离我们越来越远|走远了": {"receding"},
    "离我们越来越近": {"approaching"},
    "正在超过我们|超过了我们": {"overtaking"},
    "过了马路|横着过去了": {"crossing"},
    "靠近了我们": {"approaching"},
    "迎面过来": {"oncoming"},
}
HEARD = {
    "警笛声": {"siren"},
    "喇叭声": {"horn", "car_horn"},
    "撞击声": {"crash"},
    "喊声": {"shout"},
    "刹车尖叫声": {"skid"},
    "铃声": {"bell"},
}
TROUBLES = {
    "一直没有信号": "missing",
    "没有信号了": "stale",
    "但不知道它?装?在?哪儿?、?朝哪(儿看|边)": "unplaced",
    "传来的内容读不出来": "unreadable",
    "现在看不清": "blind",
}
WAYS = {"左": "left", "右": "right"}


def _placed(ahead: str) -> Callable[[re.Match[str]], Iterator[tuple[Accepts, bool]]]:
    def reads(match: re.Match[str]) -> Iterator[tuple[Accepts, bool]]:
        parts = [part for part in (ahead, WAYS.get(match["way"] or "")) if part]
        yield at("_".join(parts)), False
        if re.search("跟前|车尾|很近", match[0]):
            yield is_near, False

    return reads


def _nouns() -> Iterator[Rule]:
    for label, words in NOUNS.items():
        yield rule(rf"不是(?:{words})", says("was_said", values=[label]))
    yield rule("不是车", says("was_said", values=["car"]))
    yield rule("不是人", says("was_said", values=["pedestrian"]))
    for label, words in NOUNS.items():
        rides = [says("motion", values=["moving"])] if label == "cyclist" else []  # 骑车的人 rides, by name
        naming = says(*NAMED, values=[label])
        yield rule(rf"像(?:{words})的(车|人|动物|东西)|像是(?:{words})|{words}", naming, implies=rides)
    for words, labels in GENERAL.items():
        yield rule(words, says(*NAMED, values=labels))


_BEHIND = [says("in_path"), at(*ALL_AHEAD)]
_SLOWS = says("ego_motion", values=["slowing", "stopping"])
_STARTS = says("ego_motion", values=["starting"])
_RED = says("signal_state", values=["red"])
_GREEN = says("signal_state", values=["green"])

_DENIED = {
    **{k: v for k, v in NOUNS.items() if k != "car"},
    "obstacle": "挡路的东西",
    "anything": "什么",
    "anyone": "人",
}
_PLACE = "(左|右)?(前方|后方)|前面|后面|左边|右边|两边|同车道|周围"


def _denied() -> Iterator[Rule]:
    """That there is no van, and where: the area is the subject of that claim."""
    nobody = "([左右]侧附近没看到人|没看到[左右]侧附近有人)，也没看到有什么过来"
    yield rule(nobody, says("none_seen", values=["anything"]))
    yield rule(f"({_PLACE})?没看到这样的", says("none_seen"))
    for label, words in _DENIED.items():
        yield rule(f"({_PLACE})?没看到({words})", says("none_seen", values=[label]))
    yield rule(f"({_PLACE})?没看到车", says("none_seen", values=["car", "vehicle"]))
    yield rule("没听到警笛，也没听到喇叭", says("none_heard"))


RULES: tuple[Rule, ...] = (
    rule("没看到能看清的红绿灯|没听明白|没有麦克风在听"),
    *_denied(),
    rule("我们正在超过", says("motion", values=["overtaken"])),
    rule("开在我们前面", at("ahead"), says("in_path")),
    # What we do, and why.
    rule("^(我们|现在)停着，(?=同车道)", says("ego_motion", values=["standing"]), implies=_BEHIND),
    rule("^(我们|现在)停着，(好像)?前方", says("ego_motion", values=["standing"]), implies=_BEHIND),
    rule("^(我们停下了|停下来了)，前方", says("ego_motion", values=["stopped"]), implies=_BEHIND),
    rule("(我们|现在)停在(?=.*后面)", says("ego_motion", values=["standing", "stopped"]), implies=_BEHIND),
    rule("(?<=[车人物西桶])后面(?=，隔着|。)", implies=[says("in_path")]),
    rule("(我们|现在)停下了", says("ego_motion", values=["stopped"])),
    rule("我们停着", says("ego_motion", values=["standing", "stopped"])),
    rule("红灯，在减速|我们在减速，前面是红灯", _SLOWS, says("cause"), _RED),
    rule("绿灯，起步|我们起步了，是绿灯", _STARTS, says("cause"), _GREEN),
    rule("我们在减速，原因我看不出来|减速了，看不出是为什么", _SLOWS, says("cause", values=["unknown"])),
    rule("我们在减速。", _SLOWS),
    rule("我们在减速，|减速了，", _SLOWS, says("cause")),
    rule("(我们|^|(?<=。))(刚)?起步了?(?=。)|我们也跟着走了|现在我们也走了", _STARTS),
    rule("(我们快|快要)停下了", says("ego_motion", values=["stopping"])),
    rule("左转", says("ego_motion", values=["turning_left"])),
    rule("右转", says("ego_motion", values=["turning_right"])),
    rule("倒车", says("ego_motion", values=["reversing"])),
    rule("我们在走", says("ego_motion", values=["moving"])),
    # What would be, and what is over.
    rule("(要是)?我们急刹|(急刹|走出来)(?=，(我们还有|按))|可以跟着急刹|按现在的速度|要是都不变"),
    rule("不到一秒", left(0.0, 1.0)),
    rule("约一秒", left(1.0, 2.0)),
    rule("十秒以上", left(10.0, math.inf)),
    rule("刚才说错了"),
    rule("刚才", passed(0.0, 3.0)),
    rule("约一分钟前", passed(55.0, 90.0)),
    captured(r"约(\d+)分钟前", lambda m: [(ago(int(m[1]), 60.0), False)]),
    captured(r"约?(\d+)秒前", lambda m: [(ago(int(m[1])), False)]),
    captured(r"约(\d+)秒", lambda m: [(left(int(m[1]), int(m[1]) + 1), False)]),
    captured("这是靠.+知道的", tellers("zh")),
    rule("我们减速了，因为是红灯", _SLOWS, says("cause"), _RED),
    rule("我们减速了，当时看不出是为什么", _SLOWS, says("cause", values=["unknown"])),
    rule("我们减速了，因为", _SLOWS, says("cause")),
    rule("我们往左挪了一下，当时看不出是为什么", says("ego_motion", values=["swerved_left"]),
         says("cause", values=["unknown"])),
    rule("我们往右挪了一下，当时看不出是为什么", says("ego_motion", values=["swerved_right"]),
         says("cause", values=["unknown"])),
    rule("我们往左让了一下，因为", says("ego_motion", values=["swerved_left"]), says("cause")),
    rule("我们往右让了一下，因为", says("ego_motion", values=["swerved_right"]), says("cause")),
    rule("我们慢慢停了下来", says("ego_motion", values=["stopping"])),
    rule("我们起步了，因为变绿灯了", _STARTS, says("cause"), _GREEN),
    rule("我们超过了", says("motion", values=["overtaken"])),
    rule("(?<!面)是黄灯", says("signal_state", values=["amber"])),
    rule("(?<!面)是绿灯", _GREEN),
    # Lights and senses.
    rule("(前面是)?红灯", _RED),
    rule("黄灯了|前面是黄灯", says("signal_state", values=["amber"])),
    rule("绿灯了|前面变绿灯了", _GREEN),
    captured("先靠(摄像头|激光雷达)(和(摄像头|激光雷达))?", others("zh")),
    captured("(摄像头|激光雷达|麦克风|车速传感器)(恢复了|又能用了)", others("zh")),
    *(rule(words, says("sense_trouble", values=[trouble])) for words, trouble in TROUBLES.items()),
    captured("摄像头|激光雷达|麦克风|车速传感器", in_trouble("zh")),
    # Of sounds.
    rule("发出", says("sound_source")),
    *(rule(words, says("heard", values=kinds)) for words, kinds in HEARD.items()),
    # Of things.
    rule("从?左边(?=.*并进来)", sides("left")),
    rule("从?右边(?=.*并进来)", sides("right")),
    rule("并进来", says("motion", values=["cutting_in"])),
    rule("太近", says("ttc")),
    rule("一排", says("row"), implies=[says("count")]),
    *(rule(f"(?:{words})", says("motion", values=values)) for words, values in MOTIONS.items()),
    rule("越来越近", says("motion", "sound_trend", values=["approaching"])),
    rule("越来越远", says("sound_trend", values=["fading"])),
    rule("同车道", says("in_path")),
    captured(r"约?(\d+)米", lambda m: [(metres(int(m[1])), False)]),
    captured(r"(\d+)公里", lambda m: [(kilometres(int(m[1])), False)]),
    captured("(?P<way>[左右])?(前方|前面|车头跟前)(很近的地方)?", _placed("ahead")),
    captured("(?P<way>[左右])?(后方|车尾后面|后面)(很近的地方)?", _placed("behind")),
    captured("(?P<way>[左右])边(很近的地方)?", _placed("")),
    rule("左侧", sides("left")),
    rule("右侧", sides("right")),
    rule("有(?=锥桶)", implies=[says("count")]),
    *_nouns(),
    rule("不见了|看不到", implies=[says("gone")]),
    *(rule(word, says("colour", values=values)) for word, values in COLOURS.items()),
    rule("一(?=[辆个只列位])", implies=[counts(1)]),
    rule("两(?=[辆个只列位])", counts(2)),
    rule("几(?=[辆个只列位])", counts(None)),
    captured(r"(\d+)(?=[辆个只列位])", lambda m: [(counts(int(m[1])), False)]),
)  # fmt: skip
