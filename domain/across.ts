/**
 * A record of one of several connections, as text: `<connection>/<key>`. Connection ids have no slash, so each text has
 * one meaning, and texts compare as connection, then key does within one.
 */
export const nodeOf = (connectionId: string, key: string): string => `${connectionId}/${key}`;

/** Connection and key of a node. */
export function partsOfNode(node: string): { readonly connection: string; readonly key: string } {
  const slash = node.indexOf('/');
  return { connection: node.slice(0, slash), key: node.slice(slash + 1) };
}

/** Nodes by their connections, as keys. */
export function byConnection(nodes: Iterable<string>): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const node of nodes) {
    const { connection, key } = partsOfNode(node);
    const keys = found.get(connection);
    if (keys === undefined) found.set(connection, [key]);
    else keys.push(key);
  }
  return found;
}
