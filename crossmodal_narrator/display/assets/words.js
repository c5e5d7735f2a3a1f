// Everything that the page itself says, in each language. Sentences come from the narrator and are not touched.

export const TAGS = { en: "en", zh: "zh-Hans", es: "es" };

const ENGLISH = {
  tag: "en",
  counted: "{0} {1}", comma: ", ", semicolon: "; ", colon: ": ",
  title: "What is around us", now: "Said last", before: "Said before", around: "From above", sound: "Read aloud",
  ask: "Ask about what is around", send: "Ask", close: "Close the answer", light: "Light", dark: "Dark",
  open: "Connected", closed: "Not connected; trying again", unwanted: "This page needs the link with its key: ask whoever runs it",
  full: "Too many pages are open; trying again", nothing: "Nothing has been said yet.",
  cut: "What was said earlier is no longer kept.", profile: "Profile: {0}", unspoken: "The narrator does not speak English now; it speaks {0}.",
  why: "Why this was said", claims: "It rests on:", noclaims: "Nothing was claimed, so that there is nothing to show.",
  query: "The question was taken for: {0}", sure: "{0} % sure", at: "{0}, {1} s before", then: "{0}, at that moment",
  absent: "Nobody here answers questions: the dialogue is not running.", not_active: "The dialogue is not ready to answer.",
  late: "There was no answer in time.", too_many: "Those were many questions at once; wait a moment.", asked: "…",
  noscene: "There is no picture of now.", empty: "Nothing is near.", heard: "heard: {0}", from: "{0}, {1}", unknown: "from no known direction",
  vehicle: "vehicle", person: "person or animal", cyclist: "on two wheels", nameless: "something",
  we: "our vehicle",
  names: { car: "car", van: "van", truck: "truck", bus: "bus", motorcycle: "motorcycle", bicycle: "bicycle", cyclist: "cyclist", pedestrian: "person", animal: "animal", cone: "cone", train: "train", obstacle: "thing", siren: "siren", horn: "horn", signal: "traffic light" },
  many: { car: "cars", van: "vans", truck: "trucks", bus: "buses", motorcycle: "motorcycles", bicycle: "bicycles", cyclist: "cyclists", pedestrian: "people", animal: "animals", cone: "cones", train: "trains", obstacle: "things" },
  senses: { camera: "camera", lidar: "laser", audio: "microphone", ego: "own motion", odometry: "own motion" },
  sides: ["ahead", "ahead on the left", "left", "behind on the left", "behind", "behind on the right", "right", "ahead on the right"],
};

const CHINESE = {
  tag: "zh",
  counted: "{1}×{0}", comma: "、", semicolon: "；", colon: "：",
  title: "我们周围", now: "刚才说的", before: "之前说过的", around: "俯视图", sound: "朗读",
  ask: "询问周围的情况", send: "提问", close: "关闭回答", light: "浅色", dark: "深色",
  open: "已连接", closed: "未连接，正在重试", unwanted: "此页面需要带密钥的链接，请向车辆管理者索取",
  full: "打开的页面过多，正在重试", nothing: "还没有说过什么。",
  cut: "更早的内容已不再保存。", profile: "模式：{0}", unspoken: "解说员现在不说中文，而说{0}。",
  why: "为什么这样说", claims: "依据：", noclaims: "这句话没有作出陈述，因此没有依据可显示。",
  query: "问题被理解为：{0}", sure: "把握{0}%", at: "{0}，{1}秒前", then: "{0}，当时",
  absent: "这里没有人回答问题：对话功能未启动。", not_active: "对话功能尚未就绪。",
  late: "没有及时得到回答。", too_many: "问题太多了，请稍等。", asked: "……",
  noscene: "没有当前的画面。", empty: "附近什么也没有。", heard: "听到：{0}", from: "{0}，{1}", unknown: "方向不明",
  vehicle: "车辆", person: "人或动物", cyclist: "两轮车", nameless: "不明物体",
  we: "本车",
  names: { car: "小汽车", van: "面包车", truck: "卡车", bus: "公交车", motorcycle: "摩托车", bicycle: "自行车", cyclist: "骑车人", pedestrian: "行人", animal: "动物", cone: "锥桶", train: "列车", obstacle: "物体", siren: "警笛", horn: "喇叭", signal: "红绿灯" },
  many: {},
  senses: { camera: "摄像头", lidar: "激光雷达", audio: "麦克风", ego: "本车运动", odometry: "本车运动" },
  sides: ["前方", "左前方", "左侧", "左后方", "后方", "右后方", "右侧", "右前方"],
};

const SPANISH = {
  tag: "es",
  counted: "{0} {1}", comma: ", ", semicolon: "; ", colon: ": ",
  title: "Lo que nos rodea", now: "Lo último dicho", before: "Dicho antes", around: "Desde arriba", sound: "Leer en voz alta",
  ask: "Pregunte por lo que hay alrededor, en inglés o en chino", send: "Preguntar", close: "Cerrar la respuesta", light: "Claro", dark: "Oscuro",
  open: "Conectado", closed: "Sin conexión; reintentando", unwanted: "Esta página necesita el enlace con su clave: pídalo a quien la gestiona",
  full: "Hay demasiadas páginas abiertas; reintentando", nothing: "Aún no se ha dicho nada.",
  cut: "Lo dicho anteriormente ya no se conserva.", profile: "Perfil: {0}", unspoken: "El narrador no habla español ahora; habla {0}.",
  why: "Por qué se dijo", claims: "Se apoya en:", noclaims: "No se afirmó nada, así que no hay nada que mostrar.",
  query: "La pregunta se entendió como: {0}", sure: "{0} % de certeza", at: "{0}, {1} s antes", then: "{0}, en ese momento",
  absent: "Aquí nadie responde preguntas: el diálogo no está en marcha.", not_active: "El diálogo no está listo para responder.",
  late: "No hubo respuesta a tiempo.", too_many: "Son muchas preguntas a la vez; espere un momento.", asked: "…",
  noscene: "No hay imagen de ahora.", empty: "No hay nada cerca.", heard: "se oye: {0}", from: "{0}, {1}", unknown: "sin dirección conocida",
  vehicle: "vehículo", person: "persona o animal", cyclist: "sobre dos ruedas", nameless: "algo",
  we: "nuestro vehículo",
  names: { car: "coche", van: "furgoneta", truck: "camión", bus: "autobús", motorcycle: "moto", bicycle: "bicicleta", cyclist: "ciclista", pedestrian: "persona", animal: "animal", cone: "cono", train: "tren", obstacle: "objeto", siren: "sirena", horn: "bocina", signal: "semáforo" },
  many: { car: "coches", van: "furgonetas", truck: "camiones", bus: "autobuses", motorcycle: "motos", bicycle: "bicicletas", cyclist: "ciclistas", pedestrian: "personas", animal: "animales", cone: "conos", train: "trenes", obstacle: "objetos" },
  senses: { camera: "cámara", lidar: "láser", audio: "micrófono", ego: "movimiento propio", odometry: "movimiento propio" },
  sides: ["delante", "delante a la izquierda", "a la izquierda", "detrás a la izquierda", "detrás", "detrás a la derecha", "a la derecha", "delante a la derecha"],
};

export const WORDS = { en: ENGLISH, zh: CHINESE, es: SPANISH };
export const OWN_NAMES = { en: "English", zh: "中文", es: "español" };

/** The words of the page's language; `fill` puts values into a pattern. */
export const fill = (pattern, ...values) => values.reduce((text, value, k) => text.replace(`{${k}}`, () => String(value)), pattern);

/** An eighth of the circle: 0 ahead, left positive. */
export const sideOf = (azimuth, words) => words.sides[((Math.round(azimuth / (Math.PI / 4)) % 8) + 8) % 8];
