"use strict";
// What both pages share. Texts of a drive become text nodes only, never markup.

const SVG = "http://www.w3.org/2000/svg";
const content = JSON.parse(document.getElementById("content").textContent);
const byId = (id) => document.getElementById(id);

/** An element: attributes by name, `on…` listeners, children that are nodes or texts. */
function el(name, attributes = {}, ...children) {
  return filled(document.createElement(name), attributes, children);
}

function svg(name, attributes = {}, ...children) {
  return filled(document.createElementNS(SVG, name), attributes, children);
}

function filled(node, attributes, children) {
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else if (value !== null && value !== undefined && value !== false) node.setAttribute(key, value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined).map((child) =>
    child instanceof Node ? child : document.createTextNode(String(child))));
  return node;
}

/** Letters as large as the page's small ones, in the units of a drawing that is `across` wide in `host`. */
function letters(host, across) {
  return (0.8 * parseFloat(getComputedStyle(document.documentElement).fontSize) * across) / Math.max(host.clientWidth, 100);
}

function put(parent, ...children) {
  parent.replaceChildren(...children.flat().filter((child) => child !== null && child !== undefined));
}

// The unit that ends a figure's name.
const UNITS = [["_mps", "m/s"], ["_rps", "rad/s"], ["_deg", "°"], ["_db", "dB"], ["_ms", "ms"], ["_ns", "ns"], ["_m", "m"], ["_s", "s"], ["_per_hour", "/h"], ["_per_min", "/min"]];

function nameAndUnit(name) {
  const found = /\d_m$/.test(name) ? null : UNITS.find(([ending]) => name.endsWith(ending)); // ap_car_0.5_m is no length
  const bare = found ? name.slice(0, -found[0].length) : name;
  return [bare.replaceAll("_", " "), found ? found[1] : ""];
}

/** As many decimals as the number has, and as its size asks for at most. */
function decimalsOf(value) {
  const size = Math.abs(value), has = (String(value).split(".")[1] || "").length;
  return Math.min(has, size >= 10 ? 1 : size >= 2 ? 2 : 3);
}

function shown(value, decimals = null) {
  if (value === null || value === undefined) return "–";
  return typeof value === "number" ? value.toFixed(decimals ?? decimalsOf(value)) : String(value);
}

// In a long drive minutes are easier to find than thousands of seconds.
const isLong = (content.length_s || 0) >= 600;

function seconds(t, digits = 1) {
  if (!isLong) return `${t.toFixed(digits)} s`;
  const rounded = Number(t.toFixed(digits)), minutes = Math.floor(rounded / 60);
  return `${minutes}:${(rounded - 60 * minutes).toFixed(digits).padStart(digits ? 3 + digits : 2, "0")}`;
}

const LONG = 28; // cells with more signs than this may break into lines

/** The decimals of a column by its largest number: a thousandth tells nothing beside hundreds. */
function finest(numbers) {
  const size = Math.max(...numbers.map(Math.abs));
  return size >= 100 ? 1 : size >= 10 ? 2 : 3;
}

function tableOf(columns, rows) {
  const cells = columns.map((_, k) => rows.map((row) => row[k]).filter((cell) => cell !== null));
  const isNumber = cells.map((column) => column.length > 0 && column.every((cell) => typeof cell === "number"));
  const decimals = cells.map((column, k) => (isNumber[k] ? Math.min(Math.max(...column.map(decimalsOf)), finest(column)) : null));
  const kind = (k, cell = "") => (isNumber[k] ? "number" : String(cell).length > LONG ? "long" : null);
  return el("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": columns.join(", ") }, el("table", {},
    el("thead", {}, el("tr", {}, columns.map((column, k) => el("th", { scope: "col", class: kind(k) }, column.replaceAll("_", " "))))),
    el("tbody", {}, rows.map((row) => el("tr", {}, row.map((cell, k) => el("td", { class: kind(k, cell) }, shown(cell, decimals[k]))))))));
}

/** Figures under the first part of their names, in the order in which they come. */
function grouped(names) {
  const groups = new Map();
  for (const name of names) {
    const group = name.split(/[./_]/, 1)[0];
    if (!groups.has(group)) groups.set(group, []);
    groups.get(group).push(name);
  }
  const alone = [...groups].filter(([, listed]) => listed.length === 1).flatMap(([, listed]) => listed);
  const several = [...groups].filter(([, listed]) => listed.length > 1);
  return alone.length ? [...several, ["others", alone]] : several;
}

function watchTheme() {
  const root = document.documentElement, button = byId("theme");
  const isDark = () => (root.dataset.theme || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";
  const tell = () => { button.textContent = isDark() ? "Light" : "Dark"; };
  button.addEventListener("click", () => { root.dataset.theme = isDark() ? "light" : "dark"; tell(); });
  tell();
}
