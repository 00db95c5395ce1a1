/** Circles of imports, as groups: files (or folders) of which each leads to each other. Tarjan's algorithm (1972). */
export function circlesOf(graph: ReadonlyMap<string, readonly string[]>): string[][] {
  const index = new Map<string, number>();
  const low = new Map<string, number>();
  const open: string[] = [];
  const circles: string[][] = [];
  const visit = (name: string): void => {
    const mine = index.size;
    index.set(name, mine);
    low.set(name, mine);
    open.push(name);
    for (const next of graph.get(name) ?? []) {
      if (!index.has(next)) visit(next);
      if (open.includes(next)) low.set(name, Math.min(low.get(name)!, low.get(next)!));
    }
    if (low.get(name) !== mine) return;
    const group = open.splice(open.indexOf(name));
    if (group.length > 1) circles.push(group.sort());
  };
  for (const name of graph.keys()) if (!index.has(name)) visit(name);
  return circles.sort();
}
