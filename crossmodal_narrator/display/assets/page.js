// The page: what is said now, what was said before, what is around, and a question.

import { drawAbove, inWords, legend } from "./above.js";
import { byId, el } from "./dom.js";
import { Pictures } from "./pictures.js";
import { SpeakButton } from "./speaking.js";
import { Talk } from "./talk.js";
import { subjectsOf, whyOf } from "./why.js";
import { fill, OWN_NAMES, TAGS, WORDS } from "./words.js";

const PAST_AFTER_MS = 8000, NEWS_FOR_S = 5, BLIND_AFTER_MS = 1500, MOST_KEPT = 5000, FEW = 400, LONG = 75;
const root = document.documentElement;
const stored = (key) => { try { return localStorage.getItem(key); } catch { return null; } };
const store = (key, value) => { try { localStorage.setItem(key, value); } catch { /* a private window keeps nothing */ } };

const heard = []; // in the order in which it was said
const ids = new Set();
let language = WORDS[stored("language")] ? stored("language") : Object.keys(WORDS).find((name) => navigator.language.startsWith(name)) || "en";
let words = WORDS[language];
let state = { languages: [], profile: "" }, line = "closed";
let scene = null, sceneAt = -Infinity, opened = null, latest = null, asked = "";
let isAloud = false, shownAll = false;

const isShown = (sentence) => sentence.kind !== "said" || sentence.language === language;
const tagOf = (sentence) => TAGS[sentence.language] || sentence.language || null;

// --- what comes ---

function hear(message) {
  if (message.kind === "scene") return see(message);
  if (message.kind === "state") { state = message; return showState(); }
  if (message.kind === "cut") { byId("cut").hidden = false; return undefined; }
  if (message.kind === "picture") return pictures.take(message);
  if (message.kind === "asked") return message.ago_s < NEWS_FOR_S ? ask(message.question, words.asked) : undefined;
  if (message.kind === "unanswered") return message.question !== asked || message.ago_s >= NEWS_FOR_S ? undefined : answer({ ...message, text: words[message.why] || message.why });
  message.at = performance.now() - 1000 * (message.ago_s || 0);
  const key = `${message.kind}/${message.id}`;
  if (talk.isCatchingUp && ids.has(key)) return undefined; // known from before the node restarted
  ids.add(key);
  heard.push(message);
  if (heard.length > MOST_KEPT) ids.delete(`${heard[0].kind}/${heard.shift().id}`);
  if (message.kind === "reply" && message.question === asked) answer(message);
  if (isShown(message)) arrive(message);
  return undefined;
}

function arrive(sentence) {
  const rows = byId("sentences");
  if (latest && isShown(latest)) rows.prepend(row(latest));
  while (rows.children.length > (shownAll ? MOST_KEPT : FEW)) rows.lastElementChild.remove();
  latest = sentence;
  showNow();
  showState();
  draw();
  if (sentence.ago_s >= NEWS_FOR_S) return; // said before the page was opened, or while it was away
  // A sentence that comes with many others (the page was away) is shown and not read out.
  clearTimeout(arrive.soon);
  arrive.soon = setTimeout(() => announce(sentence), 30);
}

/** As a new node: the same words again are told again. */
function voice(region, text) {
  region.replaceChildren(document.createTextNode(text));
}

function announce(sentence) {
  const region = byId(sentence.urgency === "urgent" ? "urgent" : "polite");
  region.lang = tagOf(sentence) || "";
  voice(region, sentence.text);
  if (!isAloud || !window.speechSynthesis) return;
  if (sentence.urgency === "urgent") speechSynthesis.cancel();
  else if (speechSynthesis.pending) return;
  const spoken = new SpeechSynthesisUtterance(sentence.text);
  spoken.lang = { en: "en", zh: "zh-CN", es: "es" }[sentence.language] || sentence.language;
  speechSynthesis.speak(spoken);
}

function see(message) {
  scene = message;
  sceneAt = performance.now();
  draw();
}

// --- what is shown ---

/** A sentence, and beneath it, when it is touched, why it was said. */
function row(sentence, name = "li") {
  const isOpen = opened === sentence.id;
  const button = el("button", { type: "button", "aria-expanded": String(isOpen), lang: tagOf(sentence), title: words.why },
    sentence.question ? el("span", { class: "question" }, sentence.question) : null, sentence.text);
  const node = el(name, { class: `sentence ${sentence.kind} ${sentence.urgency || ""}`, "data-id": sentence.id }, button);
  const toggle = () => {
    const wasOpen = button.getAttribute("aria-expanded") === "true";
    closeAll();
    opened = wasOpen ? null : sentence.id;
    if (!wasOpen) { button.setAttribute("aria-expanded", "true"); node.append(el("div", { class: "why" }, ...whyOf(sentence, words, pictures))); }
    draw();
  };
  button.addEventListener("click", toggle);
  if (isOpen) node.append(el("div", { class: "why" }, ...whyOf(sentence, words, pictures)));
  return node;
}

function closeAll() {
  for (const button of document.querySelectorAll(".sentence > button[aria-expanded=true]")) button.setAttribute("aria-expanded", "false");
  for (const why of document.querySelectorAll(".why")) why.remove();
  opened = null;
}

function showNow() {
  const had = byId("now").contains(document.activeElement);
  byId("now").classList.toggle("long", Boolean(latest) && latest.text.length > (latest.language === "zh" ? LONG / 2 : LONG));
  byId("now").replaceChildren(latest ? row(latest, "div") : el("p", { class: "waiting" }, words.nothing));
  if (had) byId("now").querySelector("button")?.focus();
}

function showAll() {
  const shown = heard.filter(isShown);
  latest = shown.at(-1) || null;
  showNow();
  const rows = shown.slice(0, -1).reverse();
  byId("sentences").replaceChildren(...(shownAll ? rows : rows.slice(0, FEW)).map((sentence) => row(sentence)));
}

function showState() {
  if (byId("link").textContent !== words[line]) byId("link").textContent = words[line];
  byId("link").toggleAttribute("data-open", line === "open");
  byId("profile").textContent = state.profile ? fill(words.profile, state.profile) : "";
  const isSpoken = !state.languages.length || state.languages.includes(language);
  speakButton.show(state.hears, language, words);
  byId("unspoken").hidden = isSpoken;
  byId("unspoken").textContent = isSpoken ? "" : fill(words.unspoken, state.languages.map((name) => OWN_NAMES[name] || name).join(", "));
}

function draw() {
  const isNow = performance.now() - sceneAt < BLIND_AFTER_MS;
  const meant = heard.find((sentence) => sentence.id === opened) || (latest && performance.now() - latest.at < PAST_AFTER_MS ? latest : null);
  byId("picture").classList.toggle("blind", !isNow);
  byId("picture").replaceChildren(drawAbove(isNow ? scene : null, meant ? subjectsOf(meant) : new Set(), words));
  const caption = inWords(isNow ? scene : null, words);
  if (byId("caption").textContent !== caption) byId("caption").textContent = caption;
  byId("now").querySelector(".sentence")?.classList.toggle("past", performance.now() - (latest?.at ?? 0) > PAST_AFTER_MS);
}

/** What was asked is shown until there is a reply to it. */
function ask(question, text) {
  asked = question;
  answer({ question, text });
}

function answer(reply) {
  const region = byId("answer");
  region.hidden = false;
  region.replaceChildren(el("p", {}, el("span", { class: "question" }, reply.question), el("span", { lang: tagOf(reply) }, reply.text)),
    el("button", { type: "button", "aria-label": words.close, title: words.close, onclick: closeAnswer }, "×"));
  if (reply.kind === "unanswered") { byId("polite").lang = root.lang; voice(byId("polite"), reply.text); }
}

/** The focus does not get lost with what had it. */
function closeAnswer() {
  const had = byId("answer").contains(document.activeElement);
  byId("answer").hidden = true;
  byId("answer").replaceChildren();
  if (had) byId("question").focus();
}

function speak(name) {
  language = name;
  words = WORDS[name];
  root.lang = TAGS[name];
  document.title = words.title;
  for (const node of document.querySelectorAll("[data-word]")) node.textContent = words[node.dataset.word];
  for (const button of document.querySelectorAll("[data-language]")) button.setAttribute("aria-pressed", String(button.dataset.language === name));
  byId("legend").replaceChildren(...legend(words).map((parts) => el("li", {}, ...parts)));
  showTheme();
  showAll();
  showState();
  draw();
}

// --- what is touched ---

const isDark = () => (root.dataset.theme || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";
function showTheme() { byId("theme").textContent = isDark() ? words.light : words.dark; }

byId("theme").addEventListener("click", () => { root.dataset.theme = isDark() ? "light" : "dark"; store("theme", root.dataset.theme); showTheme(); });
byId("sound").addEventListener("click", () => {
  isAloud = !isAloud;
  byId("sound").setAttribute("aria-pressed", String(isAloud));
  if (!isAloud && window.speechSynthesis) speechSynthesis.cancel();
});
for (const button of document.querySelectorAll("[data-language]")) button.addEventListener("click", () => { store("language", button.dataset.language); speak(button.dataset.language); });
byId("ask").addEventListener("submit", (event) => {
  event.preventDefault();
  const text = byId("question").value.trim().replace(/\s+/g, " ");
  if (!text) return;
  ask(text, words.asked);
  if (!talk.send({ kind: "ask", text, language })) { answer({ kind: "unanswered", question: text, text: words.closed }); return; }
  byId("question").value = "";
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  if (opened === null) closeAnswer();
  closeAll();
  draw();
});
document.addEventListener("visibilitychange", () => talk.look(!document.hidden));
byId("before").addEventListener("scrollend", showOlder);
document.addEventListener("scrollend", showOlder);
function showOlder() {
  if (shownAll || heard.length <= FEW) return;
  const last = byId("sentences").lastElementChild;
  if (!last || last.getBoundingClientRect().top > 3 * innerHeight) return;
  shownAll = true;
  showAll();
}

new ResizeObserver(() => root.style.setProperty("--asking", `${byId("ask").offsetHeight}px`)).observe(byId("ask"));

if (stored("theme")) root.dataset.theme = stored("theme");
const pictures = new Pictures((id) => talk.send({ kind: "picture", id }));
const speakButton = new SpeakButton(byId("talk"), byId("hearing"), {
  begin: () => { if (window.speechSynthesis) speechSynthesis.cancel(); return talk.speak(language); },
  sound: (samples) => talk.sound(samples),
  end: () => talk.hush(),
  tell: (text) => { asked = ""; answer({ kind: "unanswered", question: "", text }); },
});
const talk = new Talk(hear, (found) => { line = found; showState(); if (found === "open") pictures.askAgain(); });
speak(language);
setInterval(draw, 1000);
