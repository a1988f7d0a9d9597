/** Draws a tree's layout, and lets one move, zoom, open parts and choose nodes. */
class Picture {
  constructor(host, choose) {
    this.host = host;
    this.choose = choose;
    this.canvas = svg("g", {});
    this.view = {x: 0, y: 0, scale: 1};
    this.color = "kind";
    this.chosen = null;
    this.hits = new Set();
    const marker = svg("marker", {id: "arrow", viewBox: "0 0 8 8", refX: 7, refY: 4, markerWidth: 9, markerHeight: 9,
      markerUnits: "userSpaceOnUse", orient: "auto"}, svg("path", {d: "M0 0L8 4L0 8z", class: "arrow"}));
    this.svg = svg("svg", {"aria-label": "graph"}, svg("defs", {}, marker), this.canvas);
    host.append(this.svg);
    this.listen();
  }

  show(tree) {
    this.tree = tree;
    this.chosen = null;
    this.draw();
    this.start();
  }

  draw() {
    const layout = new Layout(this.tree);
    this.layout = layout;
    this.drawn = new Map();
    const boxes = svg("g", {});
    const edges = svg("g", {});
    const open = svg("g", {});
    const visit = group => group.children.forEach(item => {
      const box = this.box(item);
      this.drawn.set(item.id, box);
      if (!item.leaf && item.open) {
        open.append(box);
        visit(item);
      } else {
        boxes.append(box);
      }
    });
    visit(this.tree.root);
    this.lines = layout.routes.map(route => {
      const line = svg("path", {class: "edge", d: this.path(route), "marker-end": "url(#arrow)"},
          svg("title", {}, [...new Set(route.types)].join("\n")));
      edges.append(line);
      return {route, line};
    });
    this.canvas.replaceChildren(open, edges, boxes);
    this.mark();
  }

  path(route) {
    const points = route.points;
    let d = `M${points[0][0].toFixed(1)} ${points[0][1].toFixed(1)}`;
    for (let i = 1; i < points.length; i++) {
      const [x0, y0] = points[i - 1];
      const [x1, y1] = points[i];
      if (Math.abs(x0 - x1) < 0.5) {
        d += `L${x1.toFixed(1)} ${y1.toFixed(1)}`;
        continue;
      }
      const bend = Math.max(12, Math.abs(y1 - y0) / 2);
      d += `C${x0.toFixed(1)} ${(y0 + bend).toFixed(1)} ${x1.toFixed(1)} ${(y1 - bend).toFixed(1)} `
          + `${x1.toFixed(1)} ${y1.toFixed(1)}`;
    }
    return d;
  }

  box(item) {
    const open = !item.leaf && item.open;
    const label = this.label(item);
    const box = svg("g", {
      class: "node" + (item.leaf ? "" : open ? " open" : " part")
          + (item.leaf && item.node.steps && item.node.steps.length === 0 && item.node.kind !== "port"
              && item.node.routine === undefined && item.node.kind !== "control" ? " free" : ""),
      transform: `translate(${item.ax.toFixed(1)} ${item.ay.toFixed(1)})`, tabindex: 0, role: "button",
      "aria-label": label, "data-id": item.id, "aria-expanded": item.leaf ? null : String(open),
    }, svg("rect", {class: "body", width: item.w.toFixed(1), height: item.h.toFixed(1),
      rx: item.leaf && item.node.kind === "port" ? 20 : 7}), svg("title", {}, label));
    if (open) {
      box.append(this.text(item.name + "  ▾", 12, 19, item.w - 20, "title"));
      return box;
    }
    box.append(svg("rect", {x: 0, y: 0, width: 6, height: item.h.toFixed(1), rx: 3, style: `fill:${this.fill(item)}`}));
    if (item.leaf) {
      const node = item.node;
      const port = node.kind === "port";
      box.append(this.text(node.title, 14, port ? 17 : 18, item.w - 20, "title"),
          this.text(port ? "" : item.short, 14, 32, item.w - 20, ""),
          this.text(node.outs[0]?.at ?? "", 14, port ? 32 : 46, item.w - 20, "faint"));
    } else {
      const sums = item.sums;
      box.append(this.text(item.name + "  ▸", 14, 18, item.w - 20, "title"),
          this.text(this.extent(item), 14, 33, item.w - 20, "faint"),
          sums.count === 0 ? "" : this.text(REPORT.profile && this.tree.timed ? percent(sums.nanos / this.tree.root.sums.nanos)
              + " of the time" : count(sums.operations) + " operations", 14, 47, item.w - 20, "faint"));
    }
    const part = this.part(item);
    if (part > 0) {
      box.append(svg("rect", {class: "share", x: 6, y: (item.h - 3).toFixed(1), height: 3,
        width: Math.max(1, part * (item.w - 8)).toFixed(1)}));
    }
    return box;
  }

  extent(group) {
    const count = group.sums.count;
    return count === 0 ? group.children.length + " inputs or outputs" : count + (count === 1 ? " node" : " nodes");
  }

  label(item) {
    if (!item.leaf) {
      return `part ${item.id.slice(1)}, ${item.sums.count} nodes`
          + (this.tree.timed ? `, ${percent(item.sums.nanos / this.tree.root.sums.nanos)} of the time` : "");
    }
    const node = item.node;
    return `${node.title}, ${node.origins[0] ?? node.name}, ${node.outs[0]?.at ?? ""}`
        + (this.tree.timed && known(node.nanos) ? `, ${time(node.nanos)}` : "");
  }

  /** A text cut to fit: a letter takes about so many units. */
  text(text, x, y, width, style) {
    const most = Math.floor(width / (style === "title" ? 7.9 : 6.2));
    return svg("text", {x, y, class: style}, text.length > most ? text.slice(0, Math.max(1, most - 1)) + "…" : text);
  }

  fill(item) {
    if (this.color === "kind") {
      return kindColor(Tree.kind(item));
    }
    const all = this.tree.root.sums[this.color];
    const part = all > 0 ? item.sums[this.color] / all : 0;
    const strength = Math.round(100 * Math.min(1, Math.sqrt(part) * 1.6));
    return `color-mix(in oklab, var(--heat) ${strength}%, var(--line))`;
  }

  /** The bar at the bottom: the part of the time, else of the operations. */
  part(item) {
    const key = this.color === "kind" ? this.tree.timed ? "nanos" : "operations" : this.color;
    const all = this.tree.root.sums[key];
    return all > 0 ? Math.min(1, item.sums[key] / all) : 0;
  }

  mark() {
    this.drawn.forEach((box, id) => {
      box.classList.toggle("chosen", this.chosen !== null && this.chosen.id === id);
      box.classList.toggle("hit", this.hits.has(id));
    });
    for (const {route, line} of this.lines) {
      line.classList.toggle("near", this.chosen !== null && (route.from === this.chosen || route.to === this.chosen));
    }
  }

  setHits(items) {
    this.hits = new Set(items.map(item => Tree.shown(item).id));
    this.mark();
  }

  /** Shows an item: opens what hides it, goes there, chooses it. */
  goTo(item) {
    this.tree.reveal(item);
    this.draw();
    this.select(item);
    this.center(item);
  }

  select(item) {
    this.chosen = item;
    this.mark();
    this.choose(item);
  }

  toggle(group) {
    const before = [group.ax * this.view.scale + this.view.x, group.ay * this.view.scale + this.view.y];
    group.open = !group.open;
    this.draw();
    this.view.x = before[0] - group.ax * this.view.scale;
    this.view.y = before[1] - group.ay * this.view.scale;
    this.apply();
    this.drawn.get(group.id)?.focus({preventScroll: true});
  }

  size() {
    return [this.host.clientWidth || 900, this.host.clientHeight || 600];
  }

  /** All of it, if that can be read; else its top, as wide as fits. */
  start() {
    const [width, height] = this.size();
    const root = this.tree.root;
    const all = Math.min(width / (root.w + 20), height / (root.h + 20));
    const scale = Math.min(1.25, Math.max(all, Math.min(0.8, width / (root.w + 20)), 0.35));
    this.view = {scale, x: (width - root.w * scale) / 2, y: Math.max(10, (height - root.h * scale) / 2)};
    this.apply();
  }

  fit() {
    const [width, height] = this.size();
    const root = this.tree.root;
    const scale = Math.min(1.5, width / (root.w + 20), height / (root.h + 20));
    this.view = {scale, x: (width - root.w * scale) / 2, y: (height - root.h * scale) / 2};
    this.apply();
  }

  center(item) {
    const [width, height] = this.size();
    this.view.scale = Math.max(this.view.scale, 0.8);
    this.view.x = width / 2 - (item.ax + item.w / 2) * this.view.scale;
    this.view.y = height / 2 - (item.ay + Math.min(item.h, 200) / 2) * this.view.scale;
    this.apply();
  }

  zoom(factor, x, y) {
    const [width, height] = this.size();
    const atX = x ?? width / 2;
    const atY = y ?? height / 2;
    const scale = Math.min(4, Math.max(0.03, this.view.scale * factor));
    this.view.x = atX - (atX - this.view.x) * scale / this.view.scale;
    this.view.y = atY - (atY - this.view.y) * scale / this.view.scale;
    this.view.scale = scale;
    this.apply();
  }

  move(dx, dy) {
    this.view.x += dx;
    this.view.y += dy;
    this.apply();
  }

  apply() {
    this.canvas.setAttribute("transform",
        `translate(${this.view.x.toFixed(2)} ${this.view.y.toFixed(2)}) scale(${this.view.scale.toFixed(4)})`);
  }

  item(target) {
    const box = target.closest?.("[data-id]");
    const id = box?.getAttribute("data-id");
    return !id ? null : id.startsWith("n") ? this.tree.leaves[+id.slice(1)] : this.tree.groups.get(id);
  }

  act(item) {
    if (item.leaf) {
      this.select(item);
    } else {
      this.select(item);
      this.toggle(item);
    }
  }

  listen() {
    const fingers = new Map();
    let moved = 0;
    let pressed = null;
    this.host.addEventListener("pointerdown", event => {
      if (event.button !== 0) {
        return;
      }
      fingers.set(event.pointerId, [event.clientX, event.clientY]);
      moved = 0;
      pressed = this.item(event.target);
    });
    window.addEventListener("pointermove", event => {
      const last = fingers.get(event.pointerId);
      if (!last) {
        return;
      }
      const dx = event.clientX - last[0];
      const dy = event.clientY - last[1];
      if (fingers.size === 2) {
        const other = [...fingers].find(([id]) => id !== event.pointerId)[1];
        const apart = (a, b) => Math.hypot(a[0] - b[0], a[1] - b[1]);
        const box = this.host.getBoundingClientRect();
        this.zoom(apart([event.clientX, event.clientY], other) / Math.max(1, apart(last, other)),
            (event.clientX + other[0]) / 2 - box.left, (event.clientY + other[1]) / 2 - box.top);
      } else {
        this.move(dx, dy);
      }
      moved += Math.abs(dx) + Math.abs(dy);
      this.host.classList.toggle("moving", moved > 4);
      fingers.set(event.pointerId, [event.clientX, event.clientY]);
    });
    const end = event => {
      if (fingers.delete(event.pointerId)) {
        this.host.classList.remove("moving");
        if (moved <= 4 && pressed && event.type === "pointerup") {
          this.act(pressed);
        }
        pressed = null;
      }
    };
    window.addEventListener("pointerup", end);
    window.addEventListener("pointercancel", end);
    this.host.addEventListener("wheel", event => {
      event.preventDefault();
      const box = this.host.getBoundingClientRect();
      this.zoom(Math.exp(-event.deltaY * (event.deltaMode === 1 ? 0.05 : 0.0015)),
          event.clientX - box.left, event.clientY - box.top);
    }, {passive: false});
    this.host.addEventListener("keydown", event => this.key(event));
  }

  key(event) {
    const moves = {ArrowLeft: [60, 0], ArrowRight: [-60, 0], ArrowUp: [0, 60], ArrowDown: [0, -60]};
    if (moves[event.key]) {
      this.move(...moves[event.key]);
    } else if (event.key === "+" || event.key === "=") {
      this.zoom(1.25);
    } else if (event.key === "-") {
      this.zoom(0.8);
    } else if (event.key === "0") {
      this.fit();
    } else if (event.key === "Enter" || event.key === " ") {
      const item = this.item(event.target);
      if (!item) {
        return;
      }
      this.act(item);
    } else {
      return;
    }
    event.preventDefault();
  }
}
