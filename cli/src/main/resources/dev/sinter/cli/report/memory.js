/** The memory plan: what lies where in the arenas, from step to step. */
function memoryPlan(goTo) {
  if (REPORT.totals.script) {
    return make("p", {class: "note"}, "The model has control flow, library routines or sizes that data decides: each"
        + " straight part of it has arenas of its own, whose sizes are known when it runs.");
  }
  if (REPORT.arenas.length === 0) {
    return make("p", {class: "note"}, "The model needs no memory between its inputs and outputs.");
  }
  const nodes = new Map();
  REPORT.steps.forEach(step => step.arrays.forEach(array => {
    if (!nodes.has(array)) {
      nodes.set(array, step);
    }
  }));
  const note = make("p", {class: "note", role: "status"}, "Steps from left to right, addresses from top to bottom;"
      + " a box is memory for as long as some step needs it. Point at one, or choose it to see its node.");
  return make("div", {}, note, REPORT.arenas.map(arena => arenaPicture(arena, nodes, note, goTo)));
}

function arenaPicture(arena, nodes, note, goTo) {
  const steps = Math.max(1, REPORT.steps.length);
  const size = Math.max(...arena.parts.map(part => part.offset + part.bytes));
  const left = 70;
  const width = Math.max(1320, Math.min(4000, left + steps * 10));
  const height = 260;
  const x = step => left + (width - left - 10) * step / steps;
  const y = offset => 14 + (height - 34) * offset / size;
  const boxes = arena.parts.map(part => {
    const step = nodes.get(part.name);
    const node = step && LEAF_OF_VALUE.get(step.value);
    const text = `${part.name}: ${bytes(part.bytes)}${part.perWorker ? " of all workers" : ""} at ${bytes(part.offset)},`
        + ` steps ${part.first} to ${part.last}` + (step ? `, first used by ${step.method}` : "");
    const choose = () => {
      note.textContent = text;
      if (node) {
        goTo(node);
      }
    };
    return svg("rect", {x: x(part.first).toFixed(1), y: y(part.offset).toFixed(1),
      width: (x(part.last + 1) - x(part.first)).toFixed(1),
      height: Math.max(1, y(part.offset + part.bytes) - y(part.offset)).toFixed(1),
      style: `fill:${kindColor(node ? node.node.kind : "movement")}`, tabindex: 0, role: "button", "aria-label": text,
      click: choose, keydown: event => event.key === "Enter" && choose(),
      pointerenter: () => { note.textContent = text; },
    }, svg("title", {}, text));
  });
  const marks = [];
  for (let step = 0; step <= steps; step += Math.max(1, Math.ceil(steps / 20))) {
    marks.push(svg("text", {x: x(step).toFixed(1), y: height - 4}, String(step)));
  }
  return make("figure", {style: "margin:10px 0"}, make("figcaption", {}, `arena ${arena.storage}: ${bytes(size)},`
      + ` ${arena.parts.length} parts that would need ${bytes(arena.parts.reduce((sum, part) => sum + part.bytes, 0))}`
      + " side by side"), make("div", {class: "arena", tabindex: 0, role: "group", "aria-label": `arena ${arena.storage}`},
      svg("svg", {width, height, viewBox: `0 0 ${width} ${height}`},
          svg("text", {x: 4, y: 22}, "0"), svg("text", {x: 4, y: height - 20}, bytes(size)), boxes, marks)));
}
