// The predicates of claims, in words. One that is not here is shown as it is called.

const UNITS = { distance: "m", speed: "m/s", closing: "m/s", ttc: "s", ago: "s", time_left: "s" };

const ENGLISH = {
  exists: "is there", side: "side", distance: "distance", motion: "moves", in_path: "in our path", speed: "speed", closing: "closing in", ttc: "to a collision",
  heard: "heard", sound_source: "comes from", sound_trend: "becomes", signal_state: "shows", colour: "colour", count: "how many", row: "in a row",
  cutting_in: "cuts in", stepping_out: "steps out", overtaking: "overtakes us", overtaken: "is overtaken", pulling_away: "pulls away", ego_motion: "moves", cause: "because of",
  none_seen: "none is seen", none_heard: "none is heard", gone: "is gone", ago: "ago", sense_trouble: "trouble", sense_works: "works", time_left: "left", was_said: "was said to be", told_by: "told by",
};
const CHINESE = {
  exists: "存在", side: "方位", distance: "距离", motion: "运动", in_path: "在我们的路线上", speed: "速度", closing: "接近速度", ttc: "距碰撞",
  heard: "听到", sound_source: "来自", sound_trend: "变化", signal_state: "显示", colour: "颜色", count: "数量", row: "排成一列",
  cutting_in: "切入", stepping_out: "走上路面", overtaking: "正在超过我们", overtaken: "正被超过", pulling_away: "驶离", ego_motion: "运动", cause: "原因",
  none_seen: "没有看到", none_heard: "没有听到", gone: "已离开", ago: "之前", sense_trouble: "故障", sense_works: "正常", time_left: "剩余", was_said: "曾说是", told_by: "依据来自",
};
const SPANISH = {
  exists: "está ahí", side: "lado", distance: "distancia", motion: "movimiento", in_path: "en nuestro camino", speed: "velocidad", closing: "se acerca a", ttc: "hasta el choque",
  heard: "se oye", sound_source: "viene de", sound_trend: "se vuelve", signal_state: "muestra", colour: "color", count: "cuántos", row: "en fila",
  cutting_in: "se cruza", stepping_out: "baja a la calzada", overtaking: "nos adelanta", overtaken: "lo adelantamos", pulling_away: "arranca", ego_motion: "movimiento", cause: "a causa de",
  none_seen: "no se ve ninguno", none_heard: "no se oye ninguno", gone: "se ha ido", ago: "hace", sense_trouble: "problema", sense_works: "funciona", time_left: "quedan", was_said: "se dijo que era", told_by: "lo dijo",
};
const OF = { en: ENGLISH, zh: CHINESE, es: SPANISH };

/** "distance 8.3 m"; what is only true needs no value. */
export function claimed(predicate, value, words) {
  const name = OF[words.tag][predicate] || predicate.replaceAll("_", " ");
  const unit = UNITS[predicate] ? ` ${UNITS[predicate]}` : "";
  // The subject is called by what it is already.
  return value === true || predicate === "exists" ? name : `${name} ${value ?? "–"}${unit}`;
}
