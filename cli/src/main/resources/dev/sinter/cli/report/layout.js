/**
 * Places a tree's visible items: each open part by itself, in layers from top to bottom (Sugiyama, Tagawa and Toda,
 * "Methods for Visual Understanding of Hierarchical System Structures", 1981), then as one box within its parent.
 */
const GAP_X = 22;
const GAP_Y = 34;
const PAD = 14;
const HEAD = 30;
const SWEEPS = 8;

/** Where edges cross the border of an open part: a narrow cell in its first or last layer, one for each origin. */
class Gate {
  constructor(group, from, inward) {
    this.group = group;
    this.id = (inward ? "in " : "out ") + group.id + " " + from.id;
    this.inward = inward;
    this.w = 8;
    this.h = 0;
  }
}

class Layout {
  constructor(tree) {
    this.tree = tree;
    this.pairs = new Map();
    this.gates = new Map();
    this.routes = [];
    this.assignEdges();
    this.place(tree.root);
    this.absolute(tree.root, 0, 0);
    this.routes.forEach(route => { route.points = this.points(route); });
  }

  /** An edge between two visible items is a chain of parts, one within each open part that it crosses or lies in. */
  assignEdges() {
    const seen = new Map();
    for (const edge of this.tree.edges) {
      const from = Tree.shown(edge.from);
      const to = Tree.shown(edge.to);
      if (from === to) {
        continue;
      }
      const key = from.id + ">" + to.id;
      let route = seen.get(key);
      if (!route) {
        route = {from, to, types: [], pairs: this.chain(from, to)};
        seen.set(key, route);
        this.routes.push(route);
      }
      route.types.push(edge.type);
    }
  }

  chain(from, to) {
    let a = from;
    let b = to;
    const outwards = [];
    const inwards = [];
    let inner = from;
    let targets = [];
    while (a.parent !== b.parent) {
      if (a.depth >= b.depth) {
        const gate = this.gate(a.parent, from, false);
        outwards.push(this.pair(a.parent, inner, gate));
        inner = gate;
        a = a.parent;
      } else {
        targets.push(b);
        b = b.parent;
      }
    }
    let outer = inner;
    if (targets.length === 0) {
      return outwards.concat(this.pair(a.parent, outer, to));
    }
    targets = targets.reverse();
    for (const target of targets) {
      const gate = this.gate(target.parent, from, true);
      inwards.push(this.pair(target.parent.parent, outer, gate));
      outer = gate;
    }
    inwards.push(this.pair(to.parent, outer, to));
    return outwards.concat(inwards);
  }

  gate(group, from, inward) {
    const gate = new Gate(group, from, inward);
    if (!this.gates.has(gate.id)) {
      this.gates.set(gate.id, gate);
    }
    return this.gates.get(gate.id);
  }

  /** The edge within a group from one of its cells, or a gate of it or of what lies in it, to another. */
  pair(group, from, to) {
    let pairs = this.pairs.get(group);
    if (!pairs) {
      pairs = new Map();
      this.pairs.set(group, pairs);
    }
    const key = from.id + ">" + to.id;
    if (!pairs.has(key)) {
      pairs.set(key, {from, to, chain: [], turned: false});
    }
    return pairs.get(key);
  }

  place(group) {
    for (const child of group.children) {
      if (!child.leaf && child.open) {
        this.place(child);
      } else {
        this.measure(child);
      }
    }
    const layers = this.layers(group);
    this.order(layers);
    this.coordinates(layers);
    const nested = group.parent !== null;
    const cells = layers.flat();
    const left = cells.reduce((least, cell) => Math.min(least, cell.x - cell.w / 2), Infinity);
    const right = cells.reduce((most, cell) => Math.max(most, cell.x + cell.w / 2), -Infinity);
    const width = right - left + 2 * PAD;
    group.w = Math.max(width, nested ? Math.min(280, group.name.length * 8.2 + 50) : 0);
    let y = nested ? HEAD : 0;
    for (const layer of layers) {
      const height = layer.reduce((most, cell) => Math.max(most, cell.h), 0);
      for (const cell of layer) {
        cell.x += PAD - left + (group.w - width) / 2;
        cell.top = y;
        cell.bottom = y + height;
        cell.item.x = cell.x - cell.w / 2;
        cell.item.y = y + (height - cell.h) / 2;
      }
      y += height === 0 && layer.every(cell => cell.item instanceof Gate) ? GAP_Y / 2
          : height + GAP_Y + Math.min(40, layer.crowd);
    }
    group.h = y - GAP_Y + PAD;
  }

  measure(item) {
    if (item.leaf) {
      const node = item.node;
      const longest = Math.max(node.title.length * 8.2, item.short.length * 6.6,
          (node.outs[0]?.at ?? "").length * 6.4);
      item.w = Math.max(90, Math.min(250, longest + 24));
      item.h = node.kind === "port" ? 40 : 54;
    } else {
      item.w = Math.max(150, Math.min(280, item.name.length * 8.2 + 44));
      item.h = 54;
    }
  }

  /** Cells by layer: items, gates, and a narrow cell in each layer that an edge passes. */
  layers(group) {
    const cells = new Map();
    const cell = (item, order) => {
      if (!cells.has(item)) {
        cells.set(item, {item, w: item.w, h: item.h, order, up: [], down: [], layer: 0});
      }
      return cells.get(item);
    };
    group.children.forEach(cell);
    const pairs = [...(this.pairs.get(group)?.values() ?? [])].map(pair => ({pair, from: cell(this.within(group, pair.from),
        -1), to: cell(this.within(group, pair.to), group.children.length)}));
    const all = [...cells.values()];
    const edges = this.acyclic(all, pairs);
    this.rank(all, edges);
    this.border(all);
    const layers = [];
    const add = made => {
      while (layers.length <= made.layer) {
        layers.push([]);
      }
      layers[made.layer].push(made);
    };
    all.forEach(add);
    for (const {top, bottom, pair, turned} of edges) {
      let last = top;
      for (let layer = top.layer + 1; layer < bottom.layer; layer++) {
        const thin = {item: {}, w: 8, h: 0, order: top.order + 0.5, up: [last], down: [], layer, thin: true};
        last.down.push(thin);
        pair.chain.push(thin);
        add(thin);
        last = thin;
      }
      last.down.push(bottom);
      bottom.up.push(last);
      pair.turned = turned;
    }
    layers.forEach(layer => { layer.crowd = layer.reduce((n, c) => n + Math.max(0, c.down.length - 1), 0) * 2; });
    return layers.filter(layer => layer.length > 0);
  }

  /** What stands for the end of a pair in a group: itself, or the open part whose gate it is. */
  within(group, end) {
    return end instanceof Gate && end.group !== group ? end.group : end;
  }

  /** Gates inwards are above everything, gates outwards below. */
  border(cells) {
    const others = cells.filter(cell => !(cell.item instanceof Gate));
    const last = others.reduce((most, cell) => Math.max(most, cell.layer), 0);
    for (const cell of cells) {
      if (cell.item instanceof Gate) {
        cell.thin = true;
        cell.layer = cell.item.inward ? 0 : last + 2;
      } else {
        cell.layer++;
      }
    }
  }

  /** Parts may lead to each other both ways: edges against the order of a depth-first walk are turned. */
  acyclic(cells, pairs) {
    const out = new Map(cells.map(cell => [cell, []]));
    pairs.forEach(pair => out.get(pair.from).push(pair));
    const state = new Map();
    const edges = [];
    for (const start of cells) {
      if (state.has(start)) {
        continue;
      }
      const stack = [[start, 0]];
      state.set(start, 1);
      while (stack.length > 0) {
        const frame = stack[stack.length - 1];
        const pair = out.get(frame[0])[frame[1]++];
        if (!pair) {
          state.set(frame[0], 2);
          stack.pop();
        } else if (state.get(pair.to) === 1) {
          edges.push({top: pair.to, bottom: pair.from, pair: pair.pair, turned: true});
        } else {
          edges.push({top: pair.from, bottom: pair.to, pair: pair.pair, turned: false});
          if (!state.has(pair.to)) {
            state.set(pair.to, 1);
            stack.push([pair.to, 0]);
          }
        }
      }
    }
    return edges;
  }

  /** The longest way from a source; what has no source itself stands just above what it leads to. */
  rank(cells, edges) {
    const into = new Map(cells.map(cell => [cell, 0]));
    const out = new Map(cells.map(cell => [cell, []]));
    for (const edge of edges) {
      into.set(edge.bottom, into.get(edge.bottom) + 1);
      out.get(edge.top).push(edge.bottom);
    }
    const sources = cells.filter(cell => into.get(cell) === 0);
    const queue = sources.slice();
    for (let i = 0; i < queue.length; i++) {
      for (const next of out.get(queue[i])) {
        next.layer = Math.max(next.layer, queue[i].layer + 1);
        into.set(next, into.get(next) - 1);
        if (into.get(next) === 0) {
          queue.push(next);
        }
      }
    }
    for (const cell of sources) {
      const targets = out.get(cell);
      if (targets.length > 0) {
        cell.layer = Math.min(...targets.map(t => t.layer)) - 1;
      }
    }
  }

  /** Few crossings: each layer by the mean place of its neighbours, downwards and upwards in turn. */
  order(layers) {
    layers.forEach(layer => layer.sort((a, b) => a.order - b.order).forEach((cell, i) => { cell.place = i; }));
    let best = layers.map(layer => layer.slice());
    let fewest = this.crossings(layers);
    for (let sweep = 0; sweep < SWEEPS && fewest > 0; sweep++) {
      const down = sweep % 2 === 0;
      const way = down ? layers.slice(1) : layers.slice(0, -1).reverse();
      for (const layer of way) {
        layer.forEach(cell => {
          const near = down ? cell.up : cell.down;
          cell.wish = near.length === 0 ? cell.place : near.reduce((sum, c) => sum + c.place, 0) / near.length;
        });
        layer.sort((a, b) => a.wish - b.wish || a.place - b.place).forEach((cell, i) => { cell.place = i; });
      }
      const now = this.crossings(layers);
      if (now < fewest) {
        fewest = now;
        best = layers.map(layer => layer.slice());
      }
    }
    best.forEach((layer, i) => {
      layers[i].splice(0, layers[i].length, ...layer);
      layer.forEach((cell, at) => { cell.place = at; });
    });
  }

  /** Counted with a tree of sums (Barth, Mutzel and Jünger, "Simple and Efficient Bilayer Cross Counting", 2004). */
  crossings(layers) {
    let sum = 0;
    for (const layer of layers) {
      const ends = [];
      layer.forEach(cell => ends.push(...cell.down.map(c => c.place).sort((a, b) => a - b)));
      const size = Math.max(0, ...ends) + 1;
      const counts = new Int32Array(size + 1);
      for (let i = ends.length - 1; i >= 0; i--) {
        for (let at = ends[i]; at > 0; at -= at & -at) {
          sum += counts[at];
        }
        for (let at = ends[i] + 1; at <= size; at += at & -at) {
          counts[at]++;
        }
      }
    }
    return sum;
  }

  /** Every cell goes as near to its neighbours' middle as those beside it allow. */
  coordinates(layers) {
    for (const layer of layers) {
      let x = 0;
      for (const cell of layer) {
        cell.x = x + cell.w / 2;
        x += cell.w + GAP_X;
      }
      layer.forEach(cell => { cell.x -= x / 2; });
    }
    for (let round = 0; round < 12; round++) {
      const down = round % 2 === 0;
      for (const layer of down ? layers : layers.slice().reverse()) {
        layer.forEach(cell => {
          const near = round >= 8 ? cell.up.concat(cell.down) : down ? cell.up : cell.down;
          let sum = 0;
          let weight = 0;
          for (const other of near) {
            const strength = cell.thin && other.thin ? 6 : 1;
            sum += strength * other.x;
            weight += strength;
          }
          cell.wish = weight === 0 ? cell.x : sum / weight;
          cell.weight = weight === 0 ? 0.01 : weight;
        });
        this.settle(layer);
      }
    }
  }

  /** The least squares to the wishes with distances kept: neighbours that push each other move as one. */
  settle(layer) {
    const blocks = [];
    let before = 0;
    let last = null;
    for (const cell of layer) {
      before += last ? (last.w + cell.w) / 2 + (last.thin && cell.thin ? GAP_X / 2 : GAP_X) : 0;
      cell.shift = before;
      last = cell;
      let block = {cells: [cell], sum: (cell.wish - cell.shift) * cell.weight, weight: cell.weight};
      while (blocks.length > 0) {
        const left = blocks[blocks.length - 1];
        if (left.sum / left.weight <= block.sum / block.weight) {
          break;
        }
        blocks.pop();
        left.cells.push(...block.cells);
        block = {cells: left.cells, sum: left.sum + block.sum, weight: left.weight + block.weight};
      }
      blocks.push(block);
    }
    for (const block of blocks) {
      block.cells.forEach(cell => { cell.x = block.sum / block.weight + cell.shift; });
    }
  }

  absolute(group, x, y) {
    group.ax = x;
    group.ay = y;
    for (const child of group.children) {
      child.ax = x + child.x;
      child.ay = y + child.y;
      if (!child.leaf && child.open) {
        this.absolute(child, child.ax, child.ay);
      }
    }
  }

  /** The way of an edge: through the narrow cells of each part and through the gates between them. */
  points(route) {
    const points = [[route.from.ax + route.from.w / 2, route.from.ay + route.from.h]];
    route.pairs.forEach((pair, i) => {
      const group = this.owner(pair);
      for (const cell of pair.turned ? pair.chain.slice().reverse() : pair.chain) {
        const ends = [[group.ax + cell.x, group.ay + cell.top], [group.ax + cell.x, group.ay + cell.bottom]];
        points.push(...(pair.turned ? ends.reverse() : ends));
      }
      if (i + 1 < route.pairs.length) {
        const gate = pair.to;
        points.push([gate.group.ax + gate.x + gate.w / 2, gate.group.ay + (gate.inward ? 0 : gate.group.h)]);
      }
    });
    points.push([route.to.ax + route.to.w / 2, route.to.ay - 2]);
    return points;
  }

  owner(pair) {
    return pair.to instanceof Gate ? pair.to.inward ? pair.to.group.parent : pair.to.group : pair.to.parent;
  }
}
