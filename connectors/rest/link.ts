const link = /<([^>]*)>((?:\s*;\s*[\w*!#$%&'+.^`|~-]+(?:\s*=\s*(?:"(?:[^"\\]|\\.)*"|[^\s",;]*))?)*)/g;
const parameter = /;\s*([\w*!#$%&'+.^`|~-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s",;]*))/g;

/** The first value counts where a parameter stands there twice (RFC 8288, 3.3). */
function relationOf(parameters: string): string {
  for (const [, name = '', quoted, bare = ''] of parameters.matchAll(parameter))
    if (name.toLowerCase() === 'rel') return (quoted ?? bare).replace(/\\(.)/g, '$1');
  return '';
}

/**
 * The target of the link with a relation in a `Link` header (RFC 8288), as it stands there: it may be relative.
 * Undefined when there is none.
 */
export function linkTarget(header: string | null, relation: string): string | undefined {
  for (const [, target, parameters = ''] of (header ?? '').matchAll(link)) {
    const relations = relationOf(parameters).toLowerCase().split(/\s+/);
    if (relations.includes(relation.toLowerCase())) return target;
  }
  return undefined;
}
