/** The memory plan: what lies where in the arenas, from step to step. */
const MOST_ARENAS = 8;

function memoryPlan(goTo) {
  const script = REPORT.totals.script;
  if (REPORT.arenas.length === 0) {
    return make("p", {class: "note"}, script && !REPORT.profile
        ? "The model has control flow, library routines or sizes that data decides: each straight part of it lies in the"
            + " arenas in its own way, which only a run tells, and the model was not run."
        : "The model needs no memory between its inputs and outputs.");
  }
  const note = make("p", {class: "note", role: "status"}, (script ? "The model has control flow, library routines or"
      + " sizes that data decides: its straight parts, the blocks, run one after the other in the same arenas. " : "")
      + "Steps from left to right, addresses from top to bottom;"
      + " a box is memory for as long as some step needs it. Point at one, or choose it to see its node.");
  const pictures = list => list.map(arena => arenaPicture(arena, note, goTo));
  const rest = REPORT.arenas.slice(MOST_ARENAS);
  const more = rest.length === 0 ? null : make("details", {}, make("summary", {}, `${rest.length} smaller ones`));
  more?.addEventListener("toggle", () => {
    if (more.open && more.children.length === 1) {
      more.append(...pictures(rest));
    }
  });
  return make("div", {}, note, pictures(REPORT.arenas.slice(0, MOST_ARENAS)), more);
}

function arenaPicture(arena, note, goTo) {
  const inside = REPORT.steps.filter(step => step.block === arena.block);
  const begin = Math.min(...inside.map(step => step.number));
  const nodes = new Map();
  inside.forEach(step => step.arrays.forEach(array => {
    if (!nodes.has(array)) {
      nodes.set(array, step);
    }
  }));
  const steps = Math.max(1, inside.length);
  const size = Math.max(...arena.parts.map(part => part.offset + part.bytes));
  const left = 70;
  const width = Math.max(1320, Math.min(4000, left + steps * 10));
  const height = REPORT.totals.script ? 150 : 260;
  const x = step => left + (width - left - 30) * step / steps;
  const y = offset => 14 + (height - 34) * offset / size;
  const boxes = arena.parts.map(part => {
    const step = nodes.get(part.name);
    const node = step && LEAF_OF_VALUE.get(step.value);
    const text = `${part.name}: ${bytes(part.bytes)}${part.perWorker ? " of all workers" : ""} at ${bytes(part.offset)},`
        + ` steps ${begin + part.first} to ${begin + part.last}` + (step ? `, first used by ${step.method}` : "");
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
    marks.push(svg("text", {x: x(step).toFixed(1), y: height - 4}, String(begin + step)));
  }
  return make("figure", {style: "margin:10px 0"}, make("figcaption", {}, `${REPORT.totals.script ? `block ${arena.block}, ` : ""}arena ${arena.storage}: ${bytes(size)},`
      + ` ${arena.parts.length} parts that would need ${bytes(arena.parts.reduce((sum, part) => sum + part.bytes, 0))}`
      + " side by side"), make("div", {class: "arena", tabindex: 0, role: "group", "aria-label": `arena ${arena.storage}`},
      svg("svg", {width, height, viewBox: `0 0 ${width} ${height}`},
          svg("text", {x: 4, y: 22}, "0"), svg("text", {x: 4, y: height - 20}, bytes(size)), boxes, marks)));
}
