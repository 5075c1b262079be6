import type { Command } from 'commander';
import type { QuarantinedDetail, ReplayPreviewView, SelectionBody } from '../../api/schemas/quarantine.ts';
import type { TributaryClient } from '../../tributary-client.ts';
import { type Context, contextOf } from '../context.ts';
import { UsageError } from '../exit.ts';
import { examples } from '../help.ts';
import { formatFacts } from '../output/table.ts';
import { collect, parseCount } from './shared.ts';

interface Options {
  readonly sync?: boolean;
  readonly resource?: string;
  readonly reason?: string;
  readonly row?: readonly string[];
  readonly why?: string;
  readonly limit?: number;
  readonly after?: string;
}

const selectionOf = ({ resource, reason, row }: Options): SelectionBody => ({
  ...(resource === undefined ? {} : { resource }),
  ...(reason === undefined ? {} : { reason }),
  ...(row === undefined ? {} : { ids: [...row] }),
});

const roomOf = (api: TributaryClient, { sync = false }: Options) =>
  sync ? api.syncQuarantine : api.connectionQuarantine;

/** `tributary quarantine`: rows that could not be taken or delivered, of a connection or of a sync. */
export function addQuarantine(program: Command): void {
  const group = program
    .command('quarantine')
    .description('rows that could not be taken or delivered: look, preview, replay, discard');
  const verb = (name: string, description: string, ...lines: string[]): Command =>
    group
      .command(name)
      .argument('<id>', 'connection id, or with --sync the id of a sync')
      .description(description)
      .option('--sync', 'the id is that of a sync')
      .addHelpText('after', examples(...lines));
  const choosing = (command: Command): Command =>
    command
      .option('--resource <id>', 'only of this resource; of a connection one is needed')
      .option('--reason <code>', 'only with this reason')
      .option('--row <id>', 'only this row; may be given again', collect);

  verb('list', 'how many rows by reason, then the rows', 'tributary quarantine list storefront-west')
    .option('--resource <id>', 'only of this resource')
    .option('--reason <code>', 'only with this reason')
    .option('--limit <count>', 'at most so many rows', parseCount, 100)
    .option('--after <row>', 'the rows after this one')
    .action(async (id: string, options: Options, command: Command) => {
      const context = contextOf(command);
      const { resource, reason, limit = 100, after } = options;
      const list = await roomOf(await context.api(), options).list(id, {
        ...(resource === undefined ? {} : { resource }),
        ...(reason === undefined ? {} : { reason }),
        ...(after === undefined ? {} : { after }),
        limit: Math.min(limit, 500),
      });
      if (!context.json)
        context.answer(list, () => [
          ...formatFacts([
            ['rows', String(list.total)],
            ...list.counts.map((one) => [`${one.resource} ${one.reason}`, String(one.rows)] as const),
          ]),
          '',
        ]);
      context.list(list, list.rows, [
        { title: 'row', value: (row) => row.id },
        { title: 'key', value: ({ key }) => key },
        { title: 'reason', value: (row) => row.reason },
        { title: 'message', value: ({ message }) => message, widest: 100 },
        { title: 'tried', align: 'right', value: ({ attempts }) => attempts },
        { title: 'expires', value: ({ expiresAt }) => expiresAt },
      ]);
      if (!context.json && list.next !== null)
        context.answer(list, () => [
          '',
          `These are the first ${list.rows.length}; more with --after ${list.next}`,
        ]);
    });

  verb('show', 'one row, redacted', 'tributary quarantine show storefront-west storefront-west.1/orders/0/3')
    .argument('<row>', 'id of the row')
    .action(async (id: string, row: string, options: Options, command: Command) => {
      const context = contextOf(command);
      const shown = await roomOf(await context.api(), options).show(id, row);
      context.answer(shown, () => [
        ...formatFacts([
          ['row', shown.id],
          ['resource', shown.resource],
          ['reason', `${shown.reason}: ${shown.message}`],
          ['key', shown.key],
          ['since', shown.firstSeenAt],
          ['tried', triedText(shown)],
          ['run', shown.runId],
          ['expires', shown.expiresAt ?? 'not while its connection stands still'],
        ]),
        '',
        JSON.stringify(shown.payload, null, 2),
      ]);
    });

  choosing(
    verb(
      'preview',
      'what a replay would do now; writes nothing',
      'tributary quarantine preview storefront-west --resource orders --reason SCHEMA_MISMATCH',
    ),
  ).action(async (id: string, options: Options, command: Command) => {
    const context = contextOf(command);
    const preview = await roomOf(await context.api(), options).preview(id, selectionOf(options));
    if (!context.json) context.answer(preview, () => [previewText(preview), '']);
    context.list(preview, preview.first, [
      { title: 'row', value: (row) => row.id },
      { title: 'key', value: ({ key }) => key },
      { title: 'would be', value: ({ outcome }) => outcome },
      { title: 'reason', value: ({ reason }) => reason },
      { title: 'message', value: ({ message }) => message, widest: 100 },
    ]);
  });

  choosing(
    verb(
      'replay',
      'take the rows in again: a session of their own, or the next run of a sync',
      'tributary quarantine replay storefront-west --resource orders --reason SCHEMA_MISMATCH',
      'tributary quarantine replay orders-to-airtable --sync',
    ),
  ).action(async (id: string, options: Options, command: Command) => {
    const context = contextOf(command);
    await replay(context, await context.api(), id, options);
  });

  choosing(
    verb(
      'discard',
      'delete the rows; a line stays that says who, when and why',
      'tributary quarantine discard storefront-west --resource orders --reason KEY_MISSING --why "test rows"',
    ),
  )
    .option('--why <text>', 'stands in the line that stays')
    .action(async (id: string, options: Options, command: Command) => {
      const context = contextOf(command);
      const { why } = options;
      if (why === undefined) throw new UsageError('Say why: --why "..."');
      const room = roomOf(await context.api(), options);
      const gone = await room.discard(id, { ...selectionOf(options), why });
      context.answer(gone, () => [`${gone.rows} ${gone.rows === 1 ? 'row' : 'rows'} discarded`]);
    });
}

/** A row whose mapping fails is never sent. */
function triedText({ attempts, lastSeenAt }: QuarantinedDetail): string {
  if (attempts === 0) return 'never sent';
  return attempts === 1 ? 'once' : `${attempts} times, last ${lastSeenAt}`;
}

/** As a sentence, without what would happen to no row. */
function previewText({ rows, counts, first }: ReplayPreviewView): string {
  const parts = Object.entries(counts).flatMap(([name, count]) => (count === 0 ? [] : [`${count} ${name}`]));
  const shown = first.length < rows ? ` The first ${first.length}:` : '';
  return `A replay now, of ${rows} ${rows === 1 ? 'row' : 'rows'}: ${parts.join(', ')}.${shown}`;
}

async function replay(context: Context, api: TributaryClient, id: string, options: Options): Promise<void> {
  if (options.sync === true) {
    const answer = await api.syncQuarantine.replay(id, selectionOf(options));
    const go = answer.rows === 1 ? 'row goes' : 'rows go';
    return context.answer(answer, () => [
      `${answer.rows} ${go} with the next run of ${id}: tributary sync run ${id}`,
    ]);
  }
  const answer = await api.connectionQuarantine.replay(id, selectionOf(options));
  const { sessionId, after } = answer;
  const next =
    after === null ? 'A session with the rows is about to begin.' : `The rows come after session ${after}.`;
  return context.answer(answer, () => [
    sessionId === null ? next : `Follow it with: tributary session watch ${sessionId}`,
  ]);
}
