/** What is known of one node, or of one part, beside the picture. */
function describe(list, pairs) {
  for (const [name, value] of pairs) {
    if (known(value) && value !== "" && value !== "–") {
      list.append(make("dt", {}, name), make("dd", {}, value));
    }
  }
  return list;
}

const heading = text => make("h4", {}, text);

function showPart(host, group, tree) {
  const sums = group.sums;
  const all = tree.root.sums;
  const list = describe(make("dl", {}), [
    ["nodes", String(sums.count)],
    ["time", tree.timed ? `${time(sums.nanos)}, ${percent(sums.nanos / all.nanos)}` : null],
    ["operations", count(sums.operations)],
    ["rate", rate(sums.operations, sums.nanos)],
    ["weights", sums.weights > 0 ? bytes(sums.weights) : null],
    ["bytes touched", bytes(sums.bytes)],
  ]);
  host.replaceChildren(make("h3", {}, group.name), make("p", {class: "note"}, group.id.slice(1).split("/").join(" / ")),
      list);
}

const rate = (operations, nanos) =>
    operations > 0 && nanos > 0 ? `${(operations / nanos).toPrecision(3)} GFLOP/s` : null;

function showNode(host, item, tree, goTo) {
  const node = item.node;
  const all = tree.root.sums;
  host.replaceChildren(make("h3", {}, node.title),
      make("p", {class: "note"}, node.origins[0] ?? node.name),
      describe(make("dl", {}), [
        ["time", tree.timed && known(node.nanos) ? `${time(node.nanos)}, ${percent(node.nanos / all.nanos)}` : null],
        ["operations", known(node.operations) ? count(node.operations) : node.kind === "port" ? null : "data decides"],
        ["rate", rate(node.operations, node.nanos)],
        ["bytes touched", bytes(node.bytes)],
        ["weights", node.weights > 0 ? bytes(node.weights) : null],
        ["sparsity", known(node.zeros) ? percent(node.zeros) + " of the weights are 0" : null],
        ["precision", node.precision],
        ["layout", node.layout],
        ["kernel", kernels(node)],
      ]));
  values(host, "operands", node.ins ?? []);
  values(host, "results", node.outs);
  neighbours(host, item, tree, goTo);
  if (node.origins.length > 0) {
    host.append(heading(node.origins.length === 1 ? "ONNX node" : "ONNX nodes"),
        make("ul", {}, node.origins.map(name => make("li", {}, make("code", {}, name)))));
  }
  became(host, node, tree);
  choicesOf(host, node);
  rewritesOf(host, node, tree);
  steps(host, node);
  host.append(heading("IR"), make("pre", {tabindex: 0}, node.ir));
  host.scrollTop = 0;
}

function kernels(node) {
  if (node.kind === "port" || !node.steps) {
    return null;
  }
  if (node.routine !== undefined) {
    return "library routine " + node.title;
  }
  const names = [...new Set(node.steps.map(number => STEPS.get(number).kernel))];
  return names.length > 0 ? names.join(", ") : node.kind === "control" ? "control flow" : "none: free";
}

function values(host, title, list) {
  if (list.length === 0) {
    return;
  }
  host.append(heading(title), make("ul", {}, list.map(value => make("li", {}, make("code", {}, "%" + value.id + " "),
      value.type === value.at ? value.at : `${value.at} = ${value.type}`,
      value.constant !== undefined ? ` constant ${value.constant}` : "",
      known(value.bytes) ? `, ${bytes(value.bytes)}` : "",
      value.pattern ? `: ${value.pattern}` : ""))));
}

function neighbours(host, item, tree, goTo) {
  const link = other => make("li", {}, make("button", {type: "button", class: "link", click: () => goTo(other)},
      `${other.node.title}: ${other.short}`));
  const before = tree.edges.filter(edge => edge.to === item).map(edge => edge.from);
  const after = tree.edges.filter(edge => edge.from === item).map(edge => edge.to);
  for (const [title, list] of [["comes from", before], ["goes to", after]]) {
    if (list.length > 0) {
      host.append(heading(title), make("ul", {}, list.slice(0, 40).map(link),
          list.length > 40 ? make("li", {}, `and ${list.length - 40} more`) : null));
    }
  }
}

function choicesOf(host, node) {
  const made = REPORT.choices.filter(choice => node.origins.includes(choice.about));
  if (made.length > 0) {
    host.append(heading("choices by cost"), make("ul", {}, made.map(choice => make("li", {},
        `${choice.kind}: `, make("b", {}, choice.picked), ` (${choice.costs.map(cost =>
            `${cost.way} ${time(cost.nanos)}`).join(", ")}, ${choice.measured ? "measured" : "estimated"}; ${choice.why})`))));
  }
}

/** The final nodes that compute what a node of the file computed. */
function became(host, node, tree) {
  if (tree.final || node.kind === "port") {
    return;
  }
  const names = new Set(node.origins);
  const final = TREES.after.leaves.filter(leaf => leaf.node.origins.some(name => names.has(name)));
  host.append(heading("became"), final.length === 0 ? make("p", {class: "note"}, "nothing: it is gone after the passes")
      : make("ul", {}, final.map(leaf => make("li", {}, make("button", {type: "button", class: "link",
        click: () => goToFinal(leaf)}, `${leaf.node.title}: ${leaf.node.origins[0]}`),
      known(leaf.node.nanos) ? ` ${time(leaf.node.nanos)}` : ""))));
}

/** The rewrites that made a node what it is, back to the import; of an imported node, those that touched it. */
function history(node, tree) {
  const ids = node.outs.map(out => out.id);
  const found = new Set();
  const seen = new Set(ids);
  const open = [...seen];
  const back = tree.final;
  while (open.length > 0) {
    const id = open.pop();
    for (const rewrite of (back ? MADE : GONE).get(id) ?? []) {
      found.add(rewrite);
      (back ? rewrite.gone : rewrite.made).filter(next => !seen.has(next)).forEach(next => {
        seen.add(next);
        open.push(next);
      });
    }
  }
  return [...found].sort((a, b) => a.number - b.number);
}

function rewritesOf(host, node, tree) {
  const list = history(node, tree);
  if (list.length > 0) {
    host.append(heading(`rewrites (${list.length})`), ...list.map(rewriteDetails));
  }
}

function rewriteDetails(rewrite) {
  return make("details", {}, make("summary", {}, `${rewrite.number} ${rewrite.pass} / ${rewrite.rule}: ${rewrite.label}`),
      make("pre", {tabindex: 0}, rewrite.before.map(line => "− " + line).concat(rewrite.after.map(line => "+ " + line))
          .join("\n")));
}

function steps(host, node) {
  for (const number of node.steps ?? []) {
    const step = STEPS.get(number);
    host.append(make("details", {}, make("summary", {}, `step ${number}: ${step.method}`
        + (known(step.nanos) ? `, ${time(step.nanos)}` : "")),
        make("p", {}, `kernel ${step.kernel}(${step.arrays.join(", ")})`),
        make("pre", {tabindex: 0}, PROGRAMS.get(step.kernel) ?? "")));
  }
}
