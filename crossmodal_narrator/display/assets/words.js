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
  speak: "Speak", done: "Done", listening: "Listening… press again when you have asked.", understanding: "…", denied: "The browser does not give its microphone: {0}",
  insecure: "By microphone this page can be asked at this machine or over https only.", deaf: "Nothing here understands speech: please type.", hearsonly: "By microphone it understands: {0}.",
  unheard: "Nothing was heard.", unclear: "That was not understood.",
  camera: "{0} camera", cameras: { front: "front", rear: "rear", left: "left", right: "right" }, pictured: "The picture of the {0}, with a box around: {1}", thirds: ["at the left", "in the middle", "at the right"],
  wait: "The picture is coming.", gone: "The camera picture of that moment is not kept.", off: "Camera pictures are switched off here.", unpictured: "No camera picture belongs to this.",
  noscene: "There is no picture of now.", empty: "Nothing is near.", heard: "heard: {0}", from: "{0}, {1}", unknown: "from no known direction",
  vehicle: "vehicle", person: "person or animal", cyclist: "on two wheels", nameless: "something",
  we: "our vehicle",
  names: { car: "car", van: "van", truck: "truck", bus: "bus", motorcycle: "motorcycle", bicycle: "bicycle", cyclist: "cyclist", pedestrian: "person", animal: "animal", cone: "cone", train: "train", obstacle: "thing", siren: "siren", horn: "horn", signal: "traffic light" },
  many: { car: "cars", van: "vans", truck: "trucks", bus: "buses", motorcycle: "motorcycles", bicycle: "bicycles", cyclist: "cyclists", pedestrian: "people", animal: "animals", cone: "cones", train: "trains", obstacle: "things" },
  senses: { camera: "camera", lidar: "laser", audio: "microphone", ego: "own motion", odometry: "own motion" },
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
  speak: "说话", done: "说完了", listening: "正在听……说完请再按一次。", understanding: "……", denied: "浏览器没有给出麦克风：{0}",
  insecure: "只有在本机或通过 https 打开此页面时，才能用麦克风提问。", deaf: "这里没有语音识别，请打字。", hearsonly: "麦克风能听懂的语言：{0}。",
  unheard: "没有听到声音。", unclear: "没有听懂。",
  camera: "{0}摄像头", cameras: { front: "前", rear: "后", left: "左", right: "右" }, pictured: "{0}的画面，框出：{1}", thirds: ["在左边", "在中间", "在右边"],
  wait: "画面正在传来。", gone: "那一刻的摄像头画面没有保存。", off: "这里关闭了摄像头画面。", unpictured: "没有与此相关的摄像头画面。",
  noscene: "没有当前的画面。", empty: "附近什么也没有。", heard: "听到：{0}", from: "{0}，{1}", unknown: "方向不明",
  vehicle: "车辆", person: "人或动物", cyclist: "两轮车", nameless: "不明物体",
  we: "本车",
  names: { car: "小汽车", van: "面包车", truck: "卡车", bus: "公交车", motorcycle: "摩托车", bicycle: "自行车", cyclist: "骑车人", pedestrian: "行人", animal: "动物", cone: "锥桶", train: "列车", obstacle: "物体", siren: "警笛", horn: "喇叭", signal: "红绿灯" },
  many: {},
  senses: { camera: "摄像头", lidar: "激光雷达", audio: "麦克风", ego: "本车运动", odometry: "本车运动" },
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
  speak: "Hablar", done: "Listo", listening: "Escuchando… pulse otra vez al terminar.", understanding: "…", denied: "El navegador no da su micrófono: {0}",
  insecure: "Por micrófono solo se puede preguntar en esta máquina o por https.", deaf: "Aquí nada entiende el habla: escriba, por favor.", hearsonly: "Por micrófono entiende: {0}.",
  unheard: "No se oyó nada.", unclear: "No se entendió.",
  camera: "cámara {0}", cameras: { front: "delantera", rear: "trasera", left: "izquierda", right: "derecha" }, pictured: "La imagen de la {0}, con un recuadro en: {1}", thirds: ["a la izquierda", "en el centro", "a la derecha"],
  wait: "La imagen está llegando.", gone: "La imagen de ese momento no se conserva.", off: "Las imágenes de las cámaras están desactivadas aquí.", unpictured: "Ninguna imagen de cámara corresponde a esto.",
  noscene: "No hay imagen de ahora.", empty: "No hay nada cerca.", heard: "se oye: {0}", from: "{0}, {1}", unknown: "sin dirección conocida",
  vehicle: "vehículo", person: "persona o animal", cyclist: "sobre dos ruedas", nameless: "algo",
  we: "nuestro vehículo",
  names: { car: "coche", van: "furgoneta", truck: "camión", bus: "autobús", motorcycle: "moto", bicycle: "bicicleta", cyclist: "ciclista", pedestrian: "persona", animal: "animal", cone: "cono", train: "tren", obstacle: "objeto", siren: "sirena", horn: "bocina", signal: "semáforo" },
  many: { car: "coches", van: "furgonetas", truck: "camiones", bus: "autobuses", motorcycle: "motos", bicycle: "bicicletas", cyclist: "ciclistas", pedestrian: "personas", animal: "animales", cone: "conos", train: "trenes", obstacle: "objetos" },
  senses: { camera: "cámara", lidar: "láser", audio: "micrófono", ego: "movimiento propio", odometry: "movimiento propio" },
};

export const WORDS = { en: ENGLISH, zh: CHINESE, es: SPANISH };
export const OWN_NAMES = { en: "English", zh: "中文", es: "español" };

/** The words of the page's language; `fill` puts values into a pattern. */
export const fill = (pattern, ...values) => values.reduce((text, value, k) => text.replace(`{${k}}`, () => String(value)), pattern);
