// All bags of a fleet: those that failed, and each figure with its worst bag.

function drawNamed() {
  put(byId("named"), content.named.length ? tableOf(["bag", "state", "why"], content.named) : el("p", { class: "quiet" }, "None."));
}

function drawFigures() {
  const columns = ["figure", "bags", "mean", "median", "least", "most", "worst", "worst bag"];
  const isText = (k) => k === 0 || k === columns.length - 1;
  put(byId("figures"), content.figures.length ? el("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": "Figures" }, el("table", {},
    el("thead", {}, el("tr", {}, columns.map((name, k) => el("th", { scope: "col", class: isText(k) ? null : "number" }, name)))),
    el("tbody", {}, content.figures.map(([name, ...cells]) => el("tr", {},
      el("th", { scope: "row" }, nameAndUnit(name).filter(Boolean).join(", ")),
      cells.map((cell, k) => el("td", { class: isText(k + 1) ? null : "number" }, shown(cell))))))))
    : el("p", { class: "quiet" }, "No bag could be read whole."));
}

byId("title").textContent = content.name;
byId("facts").textContent = `${content.whole} of ${content.bags} bags whole · ${(content.drive_s / 60).toFixed(1)} min of driving · ${content.scenes} scenes · ${content.narrations} sentences`;
watchTheme();
drawNamed();
drawFigures();
