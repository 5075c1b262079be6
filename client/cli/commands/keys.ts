import type { Command } from 'commander';
import type { KeyRotation } from '../../api/schemas/keys.ts';
import { contextOf } from '../context.ts';
import { examples } from '../help.ts';
import { formatFacts } from '../output/table.ts';

/** `tributary keys` */
export function addKeys(program: Command): void {
  const group = program.command('keys').description('the keys that secrets are encrypted with');
  group
    .command('rotate')
    .description(
      'encrypt all secrets again with the first key of TRIBUTARY_SECRETS_KEYS, so that older ones can be removed',
    )
    .addHelpText('after', examples('tributary keys rotate'))
    .action(async (_options: unknown, command: Command) => {
      const context = contextOf(command);
      const api = await context.api();
      let sum = await api.rotateKeys();
      while (sum.next !== null) {
        context.note(`${sum.rotated} encrypted again so far`);
        sum = added(sum, await api.rotateKeys({ after: sum.next }));
      }
      const { next: _, ...answer } = sum;
      const unreadable = Object.entries(answer.unreadable);
      context.answer(answer, () => [
        ...formatFacts([
          ['current key', answer.keyId],
          ['encrypted again', answer.rotated],
          ['had it already', answer.current],
          ...unreadable.map(([key, count]) => [`key ${key} missing`, `${count} cannot be read`] as const),
        ]),
        unreadable.length === 0
          ? 'Every other key can be removed now; links for customers that were made under it end with it.'
          : 'Put the missing keys back behind the current one, then repeat this.',
      ]);
    });
}

function added(before: KeyRotation, more: KeyRotation): KeyRotation {
  const unreadable = { ...before.unreadable };
  for (const [key, count] of Object.entries(more.unreadable))
    unreadable[key] = (unreadable[key] ?? 0) + count;
  return {
    ...more,
    rotated: before.rotated + more.rotated,
    current: before.current + more.current,
    unreadable,
  };
}
