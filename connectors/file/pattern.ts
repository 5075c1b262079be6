const wild = /[*?]/;

/** Whether a pattern names exactly one file. */
export const isPlain = (pattern: string): boolean => !wild.test(pattern);

/** How far below the place files of a pattern can be: folders between the place and a file at most. */
export const depthOf = (pattern: string): number =>
  pattern.split('/').includes('**') ? Number.POSITIVE_INFINITY : pattern.split('/').length - 1;

const escaped = (text: string): string => text.replace(/[.+^${}()|[\]\\]/g, '\\$&');

/** One part between slashes. What begins with a dot is hidden, also from a pattern, unless that begins so too. */
function partSource(part: string): string {
  // Neighbours of a star would only make it slow.
  const source = escaped(part.replace(/\*+/g, '*')).replaceAll('*', '[^/]*').replaceAll('?', '[^/]');
  return `${wild.test(part[0] ?? '') ? '(?!\\.)' : ''}${source}`;
}

/**
 * Compiles a pattern: `*` is any part of a name, `?` one character, `**` between slashes any folders, none included.
 * Upper and lower case count.
 * @returns whether a name relative to the place, with slashes, fits
 */
export function compilePattern(pattern: string): (name: string) => boolean {
  const parts = pattern.split('/').filter((part, i, all) => part !== '**' || all[i - 1] !== '**');
  const source = parts
    .map((part, i) => {
      const last = i === parts.length - 1;
      if (part === '**') return last ? '(?:(?!\\.)[^/]+/)*(?!\\.)[^/]+' : '(?:(?!\\.)[^/]+/)*';
      return `${partSource(part)}${last ? '' : '/'}`;
    })
    .join('');
  const whole = new RegExp(`^${source}$`, 'su');
  return (name) => whole.test(name);
}
