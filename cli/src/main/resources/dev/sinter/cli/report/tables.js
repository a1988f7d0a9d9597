/** The tables below the picture. */
const ROWS = 200;

/** A table that its headers sort. A column: title, value of a row, how it is shown, whether it is a number. */
function sortedTable(rows, columns, sortBy, descending) {
  const body = make("tbody", {});
  const state = {column: sortBy, descending, all: false};
  const headers = columns.map((column, i) => make("th", {class: column.number ? "number" : null, scope: "col"},
      make("button", {type: "button", click: () => {
        state.descending = state.column === i ? !state.descending : Boolean(column.number);
        state.column = i;
        draw();
      }}, column.title)));
  const more = make("p", {});
  const draw = () => {
    const value = columns[state.column].value;
    const sorted = rows.slice().sort((a, b) => {
      const x = value(a);
      const y = value(b);
      const order = typeof x === "string" ? String(x).localeCompare(String(y)) : (x ?? -1) - (y ?? -1);
      return state.descending ? -order : order;
    });
    headers.forEach((header, i) => header.setAttribute("aria-sort",
        i !== state.column ? "none" : state.descending ? "descending" : "ascending"));
    const shown = state.all ? sorted : sorted.slice(0, ROWS);
    body.replaceChildren(...shown.map(row => make("tr", {}, columns.map(column =>
        make("td", {class: column.number ? "number" : column.wide ? "wide" : null}, column.show(row))))));
    more.replaceChildren();
    if (shown.length < rows.length) {
      more.append(make("button", {type: "button", click: () => {
        state.all = true;
        draw();
      }}, `show all ${rows.length}`));
    }
  };
  draw();
  return make("div", {}, make("div", {class: "table", tabindex: 0, role: "region", "aria-label": "table"},
      make("table", {}, make("thead", {}, make("tr", {}, headers)), body)), more);
}

function nodeTable(tree, goTo) {
  const rows = tree.leaves.filter(item => item.node.kind !== "port");
  const sum = tree.root.sums.nanos;
  const most = Math.max(1e-9, ...rows.map(item => item.node.nanos ?? 0));
  const number = (title, key, show) => ({title, number: true, value: item => item.node[key], show: item => show(item.node[key])});
  const columns = [
    {title: "node", wide: true, value: item => item.node.origins[0] ?? item.node.name,
      show: item => make("button", {type: "button", class: "link", click: () => goTo(item)},
          item.node.origins[0] ?? item.node.name)},
    {title: "op", value: item => item.node.title, show: item => item.node.title},
  ];
  if (tree.timed) {
    columns.push({title: "time", number: true, value: item => item.node.nanos, show: item => time(item.node.nanos)},
        {title: "share", number: true, value: item => item.node.nanos, show: item => [percent(item.node.nanos / sum),
          make("span", {class: "meter", style: `width:${(60 * item.node.nanos / most).toFixed(1)}px`})]},
        {title: "GFLOP/s", number: true, value: item => item.node.nanos > 0 ? item.node.operations / item.node.nanos : 0,
          show: item => item.node.operations > 0 && item.node.nanos > 0
              ? (item.node.operations / item.node.nanos).toPrecision(3) : "–"});
  }
  columns.push(number("operations", "operations", count), number("bytes", "bytes", bytes),
      number("weights", "weights", value => value > 0 ? bytes(value) : "–"),
      number("sparsity", "zeros", percent),
      {title: "result", value: item => item.node.outs[0]?.at ?? "", show: item => item.node.outs[0]?.at ?? ""},
      {title: "precision", value: item => item.node.precision, show: item => item.node.precision},
      {title: "layout", value: item => item.node.layout, show: item => item.node.layout || "–"},
      {title: "kernel", wide: true, value: item => kernels(item.node) ?? "", show: item => kernels(item.node) ?? ""});
  return sortedTable(rows, columns, 2, true);
}

function choiceTable() {
  if (REPORT.choices.length === 0) {
    return make("p", {class: "note"}, "Nothing in this model was chosen by cost.");
  }
  const worst = choice => Math.max(...choice.costs.map(cost => cost.nanos));
  return sortedTable(REPORT.choices, [
    {title: "what", value: c => c.kind, show: c => c.kind},
    {title: "node", wide: true, value: c => c.about, show: c => c.about},
    {title: "taken", value: c => c.picked, show: c => make("span", {class: "picked"}, c.picked)},
    {title: "costs", value: worst, show: c => c.costs.map(cost => make("div", {class: cost.way === c.picked ? "picked" : null},
        `${cost.way} ${time(cost.nanos)}`,
        make("span", {class: "meter", style: `width:${(80 * cost.nanos / worst(c)).toFixed(1)}px`})))},
    {title: "known", value: c => c.measured ? "measured" : "estimated", show: c => c.measured ? "measured" : "estimated"},
    {title: "why", value: c => c.why, show: c => c.why},
  ], 3, true);
}

function passTable() {
  if (REPORT.passes.length === 0) {
    return make("p", {class: "note"}, "A jar does not know its passes; a report on the model file shows them.");
  }
  const rows = REPORT.passes.map((pass, i) => ({...pass, i}));
  const table = make("div", {class: "table", tabindex: 0, role: "region", "aria-label": "passes"}, make("table", {},
      make("thead", {}, make("tr", {}, ["pass", "afterwards", "rewrites", "nodes"].map((title, i) =>
          make("th", {scope: "col", class: i > 1 ? "number" : null}, title)))),
      make("tbody", {}, rows.map(pass => make("tr", {}, make("td", {}, pass.name), make("td", {}, pass.purpose),
          make("td", {class: "number"}, String(pass.rewrites)), make("td", {class: "number"}, String(pass.nodes)))))));
  const list = make("details", {}, make("summary", {}, `all ${REPORT.rewrites.length} rewrites`));
  list.addEventListener("toggle", () => {
    if (list.open && list.children.length === 1) {
      list.append(...REPORT.rewrites.map(rewriteDetails));
    }
  });
  return make("div", {}, table, REPORT.rewrites.length > 0 ? list : null);
}

function kernelList(goToNode) {
  const users = new Map();
  REPORT.steps.forEach(step => {
    const entry = users.get(step.kernel) ?? {steps: 0, nanos: 0};
    entry.steps++;
    entry.nanos += step.nanos ?? 0;
    users.set(step.kernel, entry);
  });
  const sorted = REPORT.kernels.slice().sort((a, b) =>
      (users.get(b.name)?.nanos ?? 0) - (users.get(a.name)?.nanos ?? 0));
  return make("div", {}, make("p", {class: "note"}, `${sorted.length} kernels; each is one Java method.`),
      sorted.map(kernel => {
        const use = users.get(kernel.name);
        return make("details", {}, make("summary", {}, make("code", {}, kernel.name), use
            ? ` ${use.steps} ${use.steps === 1 ? "step" : "steps"}${REPORT.profile ? ", " + time(use.nanos) : ""}`
            : " called by other kernels"), make("pre", {tabindex: 0}, kernel.program));
      }));
}
