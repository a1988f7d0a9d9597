/** Puts the page together. */
const REPORT = JSON.parse($("data").textContent);
const STEPS = new Map(REPORT.steps.map(step => [step.number, step]));
const PROGRAMS = new Map(REPORT.kernels.map(kernel => [kernel.name, kernel.program]));
const MADE = new Map();
const GONE = new Map();
const index = (map, ids, rewrite) => ids.forEach(id => map.set(id, [...(map.get(id) ?? []), rewrite]));
REPORT.rewrites.forEach(rewrite => {
  index(MADE, rewrite.made, rewrite);
  index(GONE, rewrite.gone, rewrite);
});

const FIRST_ITEMS = 42;
const TREES = {after: new Tree(REPORT.after), before: REPORT.before ? new Tree(REPORT.before) : null};
TREES.after.final = true;
TREES.after.timed = REPORT.profile !== null && TREES.after.root.sums.nanos > 0;
TREES.after.openUpTo(FIRST_ITEMS);
TREES.before?.openUpTo(FIRST_ITEMS);
const LEAF_OF_VALUE = new Map(TREES.after.leaves.filter(leaf => leaf.node.kind !== "port")
    .flatMap(leaf => leaf.node.outs.map(out => [out.id, leaf])));

const picture = new Picture($("picture"), item => item.leaf
    ? showNode($("panel"), item, picture.tree, other => picture.goTo(other))
    : showPart($("panel"), item, picture.tree));

function showGraph(which) {
  $("show-after").setAttribute("aria-pressed", String(which === "after"));
  $("show-before").setAttribute("aria-pressed", String(which === "before"));
  picture.show(TREES[which]);
  $("panel").replaceChildren(make("p", {class: "hint"}, "Choose a node to see what is known of it; choose a part to open"
      + " or close it. Drag to move, turn the wheel to zoom."));
  search();
}

/** Goes to a node of the final graph from anywhere on the page. */
function goToFinal(leaf) {
  if (picture.tree !== TREES.after) {
    showGraph("after");
  }
  picture.goTo(leaf);
  $("graph").scrollIntoView({block: "start"});
}

function search() {
  const words = $("search").value.toLowerCase().split(/\s+/).filter(word => word);
  const text = leaf => [leaf.node.title, leaf.node.op, leaf.node.name, leaf.node.origins.join(" "),
    leaf.node.outs.map(out => "%" + out.id + " " + out.at).join(" "), kernels(leaf.node) ?? ""].join(" ").toLowerCase();
  const found = words.length === 0 ? []
      : picture.tree.leaves.filter(leaf => words.every(word => text(leaf).includes(word)));
  picture.setHits(found);
  $("hit-count").textContent = words.length === 0 ? "" : `${found.length} found`;
  $("hits").replaceChildren(...found.slice(0, 60).map(leaf => make("li", {}, make("button", {type: "button",
    class: "link", click: () => picture.goTo(leaf)}, `${leaf.node.title}  ${leaf.node.origins[0] ?? leaf.node.name}`))));
  return found;
}

function total(name, value, more) {
  return make("div", {}, make("dt", {}, name), make("dd", {}, value, more ? make("small", {}, more) : null));
}

function summary() {
  const totals = REPORT.totals;
  const profile = REPORT.profile;
  const nodes = TREES.after.root.sums.count;
  $("model-name").textContent = REPORT.file;
  $("model-file").textContent = `graph ${REPORT.model}, compiled by Sinter ${REPORT.sinter} to ${REPORT.className}`;
  const sizes = Object.entries(REPORT.sizes).map(([name, value]) => `${name} = ${value}`).join(", ");
  const tiles = [
    profile ? total("a run", time(profile.run), `${profile.form}, ${profile.threads}`
        + `${profile.threads === 1 ? " thread" : " threads"}, best of ${profile.runs}`)
        : total("a run", "–", REPORT.problem ?? "not measured"),
    total("operations", (totals.more ? "≥ " : "") + count(totals.operations), sizes || "all sizes are known"),
    profile ? total("rate", (totals.more ? "≥ " : "") + (rate(totals.operations, profile.run) ?? "–"), "operations by time of a run") : null,
    total("weights", bytes(totals.weights)),
    total("peak memory", totals.script ? "–" : bytes(totals.weights + totals.arenas + totals.border),
        totals.script ? `data decides; in the run ${bytes(totals.arenas)} of arenas` : `weights, ${bytes(totals.arenas)} of arenas, ${bytes(totals.border)} of inputs and outputs`),
    total("nodes", String(nodes), TREES.before ? `of ${TREES.before.root.sums.count} before the passes` : null),
    total("kernels", String(REPORT.kernels.length), `${bytes(totals.classes)} of classes`),
  ];
  if (profile?.doubt) {
    $("doubt").textContent = profile.doubt;
  }
  $("totals").append(...tiles.filter(tile => tile !== null));
  shares();
  const row = (kind, port) => make("tr", {}, make("td", {}, kind), make("td", {}, make("code", {}, port.name)),
      make("td", {}, port.type));
  $("ports").append(make("table", {}, make("tbody", {}, REPORT.inputs.map(port => row("input", port)),
      REPORT.outputs.map(port => row("output", port)), REPORT.symbols.map(symbol =>
          row("symbol", {name: symbol.name, type: `${symbol.min} to ${symbol.max}`})))));
}

/** The bar of kinds: their parts of the time, else of the operations. */
function shares() {
  const key = TREES.after.timed ? "nanos" : "operations";
  const sums = new Map();
  TREES.after.leaves.forEach(leaf => sums.set(leaf.node.kind, (sums.get(leaf.node.kind) ?? 0) + leaf.sums[key]));
  const all = [...sums.values()].reduce((a, b) => a + b, 0);
  const parts = [...sums].filter(([, sum]) => sum > 0).sort((a, b) => b[1] - a[1]);
  const text = ([kind, sum]) => `${KIND_NAMES[kind]} ${percent(sum / all)}`;
  $("shares").setAttribute("aria-label", (TREES.after.timed ? "time: " : "operations: ") + parts.map(text).join(", "));
  $("shares").append(...parts.map(part => make("span", {style: `flex:${part[1] / all};background:${kindColor(part[0])}`,
    title: text(part)})));
  $("shares-key").append(TREES.after.timed ? "time" : "operations", ...parts.map(part => make("span", {},
      make("span", {class: "swatch", style: `background:${kindColor(part[0])}`}), text(part))));
}

function wire() {
  $("show-after").addEventListener("click", () => showGraph("after"));
  $("show-before").addEventListener("click", () => showGraph("before"));
  $("show-before").disabled = !TREES.before;
  $("zoom-in").addEventListener("click", () => picture.zoom(1.25));
  $("zoom-out").addEventListener("click", () => picture.zoom(0.8));
  $("zoom-fit").addEventListener("click", () => picture.fit());
  $("open-more").addEventListener("click", () => {
    picture.tree.openVisible();
    picture.draw();
    picture.fit();
  });
  $("close-all").addEventListener("click", () => {
    picture.tree.closeAll();
    picture.draw();
    picture.start();
  });
  $("color").addEventListener("change", event => {
    picture.color = event.target.value;
    picture.draw();
  });
  if (!TREES.after.timed) {
    $("color").querySelector("option[value=nanos]").disabled = true;
  }
  $("search").addEventListener("input", search);
  $("search").addEventListener("keydown", event => {
    const found = event.key === "Enter" ? search() : [];
    if (found.length > 0) {
      const next = (found.indexOf(picture.chosen) + 1) % found.length;
      picture.goTo(found[next]);
    }
  });
  $("key").append(...Object.entries(KIND_NAMES).map(([kind, name]) => make("span", {},
      make("span", {class: "swatch", style: `background:${kindColor(kind)}`}), name)),
      make("span", {}, "dashed: nothing is left to do when the model runs"));
}

summary();
wire();
showGraph("after");
$("node-table").append(nodeTable(TREES.after, goToFinal));
$("memory-plan").append(memoryPlan(goToFinal));
$("choice-table").append(choiceTable());
$("pass-table").append(passTable());
$("kernel-list").append(kernelList());
$("footer").textContent = REPORT.profile ? `Times of Java ${REPORT.profile.java}: each step by the clock, the best, on`
    + " inputs made up. Operations count a multiplication with addition as two." : "Operations count a multiplication"
    + " with addition as two.";
document.documentElement.dataset.ready = "true";
