/**
 * A graph's nodes by the part of the model they belong to. Items are leaves (nodes) and groups (parts); a part with but
 * one thing in it is that thing.
 */
class Tree {
  constructor(graph) {
    this.graph = graph;
    this.root = {id: "", name: "", children: [], parent: null, depth: 0};
    this.groups = new Map([["", this.root]]);
    this.leaves = graph.nodes.map((node, index) => this.leaf(node, index));
    this.simplify(this.root);
    this.number(this.root, 0);
    this.count(this.root);
    this.edges = graph.edges.map(([from, to, type]) => ({from: this.leaves[from], to: this.leaves[to], type}));
  }

  leaf(node, index) {
    let group = this.root;
    for (const part of node.scope) {
      const id = group.id + "/" + part;
      let inner = this.groups.get(id);
      if (!inner) {
        inner = {id, name: part, children: [], parent: group, open: false};
        this.groups.set(id, inner);
        group.children.push(inner);
      }
      group = inner;
    }
    const leaf = {leaf: true, id: "n" + index, index, node, parent: group};
    group.children.push(leaf);
    return leaf;
  }

  simplify(group) {
    for (let i = 0; i < group.children.length; i++) {
      let child = group.children[i];
      if (child.leaf) {
        continue;
      }
      this.simplify(child);
      if (child.children.length === 1) {
        const only = child.children[0];
        only.parent = group;
        if (!only.leaf) {
          only.name = child.name + " / " + only.name;
        }
        group.children[i] = only;
      }
    }
  }

  number(item, depth) {
    item.depth = depth;
    if (item.leaf) {
      const path = "/" + item.node.scope.concat(item.node.name).join("/");
      item.short = path.slice(item.parent.id.length + 1);
    } else {
      item.children.forEach(child => this.number(child, depth + 1));
    }
  }

  /** Sums for each group. */
  count(item) {
    const sums = {count: 0, nanos: 0, operations: 0, bytes: 0, weights: 0};
    const kinds = new Map();
    if (item.leaf) {
      const node = item.node;
      sums.count = node.kind === "port" ? 0 : 1;
      for (const key of ["nanos", "operations", "bytes", "weights"]) {
        sums[key] = known(node[key]) ? node[key] : 0;
      }
      kinds.set(node.kind, sums.nanos || sums.count * 1e-3);
    } else {
      for (const child of item.children) {
        this.count(child);
        for (const key in sums) {
          sums[key] += child.sums[key];
        }
        child.kinds.forEach((weight, kind) => kinds.set(kind, (kinds.get(kind) ?? 0) + weight));
      }
    }
    item.sums = sums;
    item.kinds = kinds;
  }

  /** Opens parts level by level, as long as no more than so many items are visible. */
  openUpTo(limit) {
    let visible = this.root.children.length;
    let level = this.root.children.filter(c => !c.leaf);
    while (level.length > 0) {
      const more = level.reduce((sum, group) => sum + group.children.length, 0);
      if (visible + more > limit) {
        break;
      }
      level.forEach(group => { group.open = true; });
      visible += more;
      level = level.flatMap(group => group.children.filter(c => !c.leaf));
    }
  }

  /** Opens all parts that are visible and closed. */
  openVisible() {
    const closed = [];
    const visit = group => group.children.filter(c => !c.leaf).forEach(c => c.open ? visit(c) : closed.push(c));
    visit(this.root);
    closed.forEach(group => { group.open = true; });
  }

  closeAll() {
    this.groups.forEach(group => { group.open = false; });
  }

  /** Opens whatever hides an item. */
  reveal(item) {
    for (let group = item.parent; group; group = group.parent) {
      group.open = true;
    }
  }

  /** What is seen of an item: itself, or the outermost closed part around it. */
  static shown(item) {
    let seen = item;
    for (let group = item.parent; group && group.parent; group = group.parent) {
      if (!group.open) {
        seen = group;
      }
    }
    return seen;
  }

  /** The heaviest kind of node within an item. */
  static kind(item) {
    return [...item.kinds].reduce((best, next) => next[1] > best[1] ? next : best, ["movement", -1])[0];
  }
}
