"""Facts → what somebody could say of them, or ask for, in English and in Chinese; always in other words.

The last of a phrase's wordings is kept from learning (`Words.LEARNT`), so that retrieval can be judged by words that
the network has never been shown for the thing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np

from crossmodal_narrator.training.crossmodal.facts import Facts, Thing

LANGUAGES = ("en", "zh")
_AN = re.compile(r"\ba (?=[aeiou])")
_Wordings = Mapping[str, Sequence[str]]


class Words(Enum):
    """Which wordings are chosen from."""

    LEARNT = "learnt"  # all but the last of each phrase
    KEPT = "kept"  # the last of each phrase


@dataclass(frozen=True, slots=True, kw_only=True)
class Lexicon:
    """The wordings of one language. Of a phrase with fewer than three there is nothing to keep from learning."""

    phrases: _Wordings
    distance: Sequence[str]  # {n}: metres
    people: Sequence[tuple[int, Sequence[str]]]  # from so many on
    thing: str  # {noun}, {colour}, {where}, {distance}
    parked: str  # beside the noun of a thing that is parked
    between: str
    end: str

    def word(self, key: str, rng: np.random.Generator, words: Words) -> str:
        return _one_of(self.phrases.get(key, (key,)), rng, words)


def describe(facts: Facts, language: str, rng: np.random.Generator, words: Words, *, keep: float = 1.0) -> str:
    """A description; each fact is told with the probability `keep`, at least one is."""
    lexicon = LEXICONS[language]
    parts = list(_parts(facts, lexicon, rng, words))
    kept = [part for part in parts if rng.random() < keep] or [parts[int(rng.integers(len(parts)))]]
    if rng.random() < 0.5:
        kept = [kept[k] for k in rng.permutation(len(kept))]
    return lexicon.between.join(kept) + lexicon.end


def _parts(facts: Facts, lexicon: Lexicon, rng: np.random.Generator, words: Words) -> Iterator[str]:
    yield lexicon.word(f"place/{facts.place}", rng, words)
    yield lexicon.word(f"light/{facts.light}", rng, words)
    yield lexicon.word(f"weather/{facts.weather}", rng, words)
    yield lexicon.word(f"ego/{facts.ego}", rng, words)
    if facts.signal:
        yield lexicon.word(f"signal/{facts.signal}", rng, words)
    for sound in facts.sounds:
        yield lexicon.word(f"sound/{sound}", rng, words)
    if not facts.sounds:
        yield lexicon.word("sound/none", rng, words)
    for thing in facts.things:
        yield _thing(thing, lexicon, rng, words)
    if facts.parked:
        sides = "both" if len(facts.parked) == 2 else facts.parked[0].value
        yield lexicon.word(f"parked/{sides}", rng, words)
    yield _one_of(next(w for least, w in lexicon.people if facts.people >= least), rng, words)


def _thing(thing: Thing, lexicon: Lexicon, rng: np.random.Generator, words: Words) -> str:
    noun = lexicon.word(thing.kind, rng, words)
    said = lexicon.thing.format(
        noun=noun,
        parked=lexicon.parked if thing.is_parked else "",
        colour=lexicon.word(f"colour/{thing.colour}", rng, words) if thing.colour else "",
        where=lexicon.word(thing.side.value, rng, words),
        distance=_one_of(lexicon.distance, rng, words).format(n=thing.distance_m),
    )
    return _AN.sub("an ", " ".join(said.split()))


def _one_of(wordings: Sequence[str], rng: np.random.Generator, words: Words) -> str:
    if len(wordings) < 3:
        return wordings[int(rng.integers(len(wordings)))]
    return wordings[-1] if words is Words.KEPT else wordings[int(rng.integers(len(wordings) - 1))]


_ENGLISH = Lexicon(
    phrases={
        "place/grid": ("streets of a town", "a town street with crossings", "an inner-city block", "among town blocks"),
        "place/residential": ("a residential street", "a quiet street with houses", "a street where people live"),
        "place/arterial": ("a wide road with several lanes", "a multi-lane road", "a main road of many lanes"),
        "place/roundabout": ("at a roundabout", "a roundabout", "where roads meet in a circle"),
        "place/merge": ("a motorway", "on the motorway", "a highway with a ramp"),
        "place/rural": ("a country road", "a road through the country", "out in the countryside"),
        "light/day": ("by day", "in daylight", "it is day", "during the day"),
        "light/dusk": ("at dusk", "in the dusk", "twilight", "in the evening light"),
        "light/night": ("at night", "in the dark", "it is night", "by night"),
        "weather/clear": ("dry", "in clear weather", "the weather is fine", "no rain and no fog"),
        "weather/rain": ("in the rain", "it is raining", "rainy", "on a wet road in rain"),
        "weather/fog": ("in fog", "it is foggy", "fog", "in misty air"),
        "ego/standing": ("we are standing", "we have stopped", "we wait", "the car stands still"),
        "ego/crawling": ("we are crawling along", "we go very slowly", "we move at walking pace"),
        "ego/driving": ("we are driving", "we drive on", "we go at a moderate speed"),
        "ego/fast": ("we are going fast", "we drive fast", "we travel at high speed"),
        "ego/turning_left": ("we are turning left", "turning left", "we take a left turn"),
        "ego/turning_right": ("we are turning right", "turning right", "we take a right turn"),
        "signal/red": ("the light is red", "a red light", "red traffic light ahead", "our signal shows red"),
        "signal/amber": ("the light is amber", "a yellow light", "our signal shows amber"),
        "signal/green": ("the light is green", "a green light", "green traffic light ahead", "our signal shows green"),
        "sound/wail": ("a siren is wailing", "a wailing siren", "the slow wail of a siren", "a siren that wails"),
        "sound/yelp": ("a siren is yelping", "a fast yelping siren", "the quick yelp of a siren", "a siren that yelps"),
        "sound/hi_lo": ("a two-tone siren", "a hi-lo siren", "a siren of two tones", "a siren in two tones by turns"),
        "sound/horn": ("somebody sounds the horn", "a car horn", "a horn is honking", "honking is heard"),
        "sound/none": ("no siren", "no siren and no horn", "nothing special to hear"),
        "ahead": ("ahead", "in front of us", "straight ahead", "right before us"),
        "ahead_left": ("ahead on the left", "in front on the left", "to the front left"),
        "ahead_right": ("ahead on the right", "in front on the right", "to the front right"),
        "left": ("on our left", "to the left", "on the left side"),
        "right": ("on our right", "to the right", "on the right side"),
        "behind": ("behind us", "behind", "at our back"),
        "behind_left": ("behind us on the left", "behind on the left", "to the rear left"),
        "behind_right": ("behind us on the right", "behind on the right", "to the rear right"),
        "car": ("car", "passenger car", "automobile"),
        "van": ("van", "delivery van", "transporter van"),
        "truck": ("truck", "lorry", "heavy truck"),
        "bus": ("bus", "coach", "public bus"),
        "motorcycle": ("motorcycle", "motorbike", "biker on a motorcycle"),
        "cyclist": ("cyclist", "bicycle rider", "person on a bicycle"),
        "pedestrian": ("pedestrian", "person on foot", "walker", "person walking"),
        "ambulance": ("ambulance",),
        "fire_engine": ("fire engine", "fire truck"),
        "police_car": ("police car", "patrol car"),
        "parked/left": ("parked cars on the left", "cars are parked to our left", "a row of cars on the left"),
        "parked/right": ("parked cars on the right", "cars are parked to our right", "a row of cars on the right"),
        "parked/both": ("parked cars on both sides", "cars are parked left and right", "rows of cars on either side"),
        **{f"colour/{name}": (name,) for name in ("white", "black", "silver", "blue", "red", "brown", "green")},
        **{f"colour/{name}": (name,) for name in ("orange", "yellow")},
        "colour/grey": ("grey", "gray"),
    },
    distance=("{n} metres", "about {n} metres", "{n} m", "some {n} metres away"),
    people=(
        (5, ("many people on foot", "a lot of pedestrians", "crowds of people")),
        (2, ("a few people on foot", "some pedestrians", "several people walking")),
        (1, ("one person on foot", "a single pedestrian", "only one person walking")),
        (0, ("nobody on foot", "no pedestrians", "no people around")),
    ),
    thing="a {parked} {colour} {noun} {where}, {distance}",
    parked="parked",
    between=", ",
    end=".",
)  # fmt: skip

_CHINESE = Lexicon(
    phrases={
        "place/grid": ("城里的街道", "有路口的市区街道", "市中心街区", "城区道路"),
        "place/residential": ("住宅区的街道", "安静的居民区小路", "居民楼旁的街道"),
        "place/arterial": ("多车道的大路", "宽阔的主干道", "有好几条车道的干道"),
        "place/roundabout": ("在环岛", "环形路口", "转盘路口"),
        "place/merge": ("高速公路", "在高速上", "有匝道的高速路"),
        "place/rural": ("乡间公路", "乡下的路", "郊外公路"),
        "light/day": ("白天", "在白天", "天亮着", "日间"),
        "light/dusk": ("黄昏", "傍晚", "天色将晚", "暮色里"),
        "light/night": ("夜里", "晚上", "天黑了", "夜间"),
        "weather/clear": ("天气晴好", "没有下雨", "路面干燥", "无雨无雾"),
        "weather/rain": ("下着雨", "在雨中", "雨天", "路面湿了在下雨"),
        "weather/fog": ("有雾", "雾天", "在雾里", "雾气弥漫"),
        "ego/standing": ("我们停着", "我们停下了", "我们在等", "车静止不动"),
        "ego/crawling": ("我们缓慢前行", "我们开得很慢", "我们以步行速度移动"),
        "ego/driving": ("我们在行驶", "我们继续开", "我们以中等速度行驶"),
        "ego/fast": ("我们开得很快", "我们快速行驶", "我们高速前进"),
        "ego/turning_left": ("我们在左转", "正在左转", "我们向左拐"),
        "ego/turning_right": ("我们在右转", "正在右转", "我们向右拐"),
        "signal/red": ("红灯", "信号灯是红的", "前面是红灯", "我们的信号灯显示红色"),
        "signal/amber": ("黄灯", "信号灯是黄的", "我们的信号灯显示黄色"),
        "signal/green": ("绿灯", "信号灯是绿的", "前面是绿灯", "我们的信号灯显示绿色"),
        "sound/wail": ("警笛长鸣", "拖长的警笛声", "缓慢起伏的警笛", "起伏的长音警笛"),
        "sound/yelp": ("急促的警笛", "短促快速的警笛声", "警笛急促地叫", "快节奏的警笛"),
        "sound/hi_lo": ("双音警笛", "高低音警笛", "两个音交替的警笛", "高低交替的双音警笛"),
        "sound/horn": ("有人按喇叭", "汽车喇叭声", "喇叭在响", "听到鸣笛喇叭"),
        "sound/none": ("没有警笛", "没有警笛也没有喇叭", "没听到特别的声音"),
        "ahead": ("前面", "正前方", "我们前方", "就在车前面"),
        "ahead_left": ("左前方", "前面左侧", "左边前方"),
        "ahead_right": ("右前方", "前面右侧", "右边前方"),
        "left": ("左边", "我们左侧", "左手边"),
        "right": ("右边", "我们右侧", "右手边"),
        "behind": ("后面", "我们后方", "在身后"),
        "behind_left": ("左后方", "后面左侧", "左边后方"),
        "behind_right": ("右后方", "后面右侧", "右边后方"),
        "car": ("轿车", "小汽车", "小轿车"),
        "van": ("面包车", "厢式货车", "送货面包车"),
        "truck": ("卡车", "货车", "大货车"),
        "bus": ("公交车", "巴士", "公共汽车"),
        "motorcycle": ("摩托车", "骑摩托车的人", "一位摩托车手"),
        "cyclist": ("骑车的人", "骑自行车的人", "自行车骑手"),
        "pedestrian": ("行人", "步行的人", "走路的人", "徒步的人"),
        "ambulance": ("救护车",),
        "fire_engine": ("消防车", "救火车"),
        "police_car": ("警车", "巡逻警车"),
        "parked/left": ("左边停着车", "左侧有停放的车辆", "左手边停着一排车"),
        "parked/right": ("右边停着车", "右侧有停放的车辆", "右手边停着一排车"),
        "parked/both": ("两边都停着车", "左右都有停放的车辆", "路两侧各停着一排车"),
        "colour/white": ("白色",),
        "colour/black": ("黑色",),
        "colour/grey": ("灰色",),
        "colour/silver": ("银色",),
        "colour/blue": ("蓝色",),
        "colour/red": ("红色",),
        "colour/brown": ("棕色",),
        "colour/green": ("绿色",),
        "colour/orange": ("橙色",),
        "colour/yellow": ("黄色",),
    },
    distance=("{n}米", "约{n}米", "{n}米远", "大概{n}米处"),
    people=(
        (5, ("很多行人", "许多步行的人", "路人众多")),
        (2, ("几个行人", "有一些步行的人", "三三两两的行人")),
        (1, ("一个行人", "只有一个步行的人", "仅有一位路人")),
        (0, ("没有行人", "没有步行的人", "周围没有人")),
    ),
    thing="{where}{distance}有{parked}{colour}{noun}",
    parked="停着的",
    between="，",
    end="。",
)

LEXICONS: Mapping[str, Lexicon] = {"en": _ENGLISH, "zh": _CHINESE}
