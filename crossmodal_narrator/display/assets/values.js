// The values of claims, in words: sides, movements, colours, lights, sounds and troubles. Things have their names in words.js.

const ENGLISH = {
  false: "no", unknown: "unknown",
  ahead: "ahead", ahead_left: "ahead on the left", left: "left", behind_left: "behind on the left", behind: "behind", behind_right: "behind on the right", right: "right", ahead_right: "ahead on the right",
  parked: "parked", stopped: "stopped", moving: "moving", oncoming: "oncoming", approaching: "approaching", receding: "receding", crossing: "crossing", pulling_away: "pulling away",
  braking: "braking", cutting_in: "cutting in", stepping_out: "stepping out", overtaking: "overtaking us", overtaken: "being overtaken",
  standing: "standing", starting: "starting", slowing: "slowing", stopping: "stopping", turning_left: "turning left", turning_right: "turning right", reversing: "reversing", swerved_left: "swerved to the left", swerved_right: "swerved to the right",
  white: "white", black: "black", grey: "grey", gray: "grey", silver: "silver", red: "red", blue: "blue", green: "green", yellow: "yellow", orange: "orange", brown: "brown", beige: "beige", dark: "dark", amber: "amber",
  fading: "fading", car_horn: "horn", crash: "crash", shout: "shout", skid: "skidding", bell: "bell",
  missing: "nothing has come yet", stale: "nothing comes any more", unplaced: "it is not known where it points", unreadable: "it cannot be read", blind: "it sees nothing",
};
const CHINESE = {
  false: "否", unknown: "不明",
  ahead: "前方", ahead_left: "左前方", left: "左侧", behind_left: "左后方", behind: "后方", behind_right: "右后方", right: "右侧", ahead_right: "右前方",
  parked: "停放", stopped: "停着", moving: "行进", oncoming: "迎面而来", approaching: "越来越近", receding: "远去", crossing: "横穿", pulling_away: "驶离",
  braking: "刹车", cutting_in: "切入", stepping_out: "走上路面", overtaking: "正在超过我们", overtaken: "正被超过",
  standing: "静止", starting: "起步", slowing: "减速", stopping: "正在停下", turning_left: "左转", turning_right: "右转", reversing: "倒车", swerved_left: "向左避让", swerved_right: "向右避让",
  white: "白色", black: "黑色", grey: "灰色", gray: "灰色", silver: "银色", red: "红色", blue: "蓝色", green: "绿色", yellow: "黄色", orange: "橙色", brown: "棕色", beige: "米色", dark: "深色", amber: "黄色",
  fading: "越来越远", car_horn: "喇叭", crash: "撞击声", shout: "喊声", skid: "刹车尖叫声", bell: "铃声",
  missing: "一直没有信号", stale: "没有信号了", unplaced: "不知道它朝向哪里", unreadable: "内容无法读取", blind: "看不清",
};
const SPANISH = {
  false: "no", unknown: "no se sabe",
  ahead: "delante", ahead_left: "delante a la izquierda", left: "a la izquierda", behind_left: "detrás a la izquierda", behind: "detrás", behind_right: "detrás a la derecha", right: "a la derecha", ahead_right: "delante a la derecha",
  parked: "aparcado", stopped: "parado", moving: "en marcha", oncoming: "de frente", approaching: "se acerca", receding: "se aleja", crossing: "cruza", pulling_away: "arranca",
  braking: "frena", cutting_in: "se cruza", stepping_out: "baja a la calzada", overtaking: "nos adelanta", overtaken: "lo adelantamos",
  standing: "parado", starting: "arranca", slowing: "reduce la velocidad", stopping: "se detiene", turning_left: "gira a la izquierda", turning_right: "gira a la derecha", reversing: "marcha atrás", swerved_left: "se desvió a la izquierda", swerved_right: "se desvió a la derecha",
  white: "blanco", black: "negro", grey: "gris", gray: "gris", silver: "plateado", red: "rojo", blue: "azul", green: "verde", yellow: "amarillo", orange: "naranja", brown: "marrón", beige: "beis", dark: "oscuro", amber: "ámbar",
  fading: "se aleja", car_horn: "bocina", crash: "choque", shout: "grito", skid: "frenazo", bell: "timbre",
  missing: "no ha llegado nada", stale: "ya no llega nada", unplaced: "no se sabe hacia dónde mira", unreadable: "no se puede leer", blind: "no ve nada",
};
const OF = { en: ENGLISH, zh: CHINESE, es: SPANISH };

/** What is not known is shown as it is called; a description, as "white van", word by word. */
export function valueInWords(value, words) {
  if (typeof value === "number") return Number.isInteger(value) ? value : value.toFixed(1);
  if (value === true || value === null) return value;
  const named = (text) => (Object.hasOwn(OF[words.tag], text) ? OF[words.tag][text] : Object.hasOwn(words.names, text) ? words.names[text] : null);
  const text = String(value), parts = text.split(" ").map(named);
  if (parts.every((part) => part !== null)) return parts.join(words.tag === "en" ? " " : words.comma);
  return text.replaceAll("_", " ");
}

const AROUND = ["ahead", "ahead_left", "left", "behind_left", "behind", "behind_right", "right", "ahead_right"];

/** An eighth of the circle: 0 ahead, left positive. */
export const sideOf = (azimuth, words) => OF[words.tag][AROUND[((Math.round(azimuth / (Math.PI / 4)) % 8) + 8) % 8]];
