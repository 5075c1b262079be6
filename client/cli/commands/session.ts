import type { Command } from 'commander';
import type { CallBody, PassBody } from '../../api/schemas/sessions.ts';
import { contextOf } from '../context.ts';
import { exitCodes, UsageError } from '../exit.ts';
import { examples } from '../help.ts';
import { startPass } from '../sessions.ts';
import { addSessionReads } from './session-reads.ts';
import { collect, parseCount, sessionFacts, sessionIdOf, watchToEnd } from './shared.ts';

/** `tributary session` */
export function addSession(program: Command): void {
  const group = program
    .command('session')
    .description('one pass of the data of a connection; <session> may be a connection: its latest one');
  group
    .command('start')
    .argument('<connection>', 'connection id')
    .description('load what is new')
    .option('--resource <id>', 'only this resource; repeat for more', collect)
    .option('--full', 'everything anew, not only what changed')
    .option(
      '--allow-removals',
      'with --full: more than half of the records may be removed as gone at the app',
    )
    .option('--from <time>', 'backfill of one resource: its rows from this date or time on')
    .option('--to <time>', 'up to this date or time, which is not included')
    .option('--wait', 'follow it to its end')
    .addHelpText(
      'after',
      examples(
        'tributary session start storefront-west --wait',
        'tributary session start storefront-west --resource orders --from 2024-01-01 --to 2024-02-01',
      ),
    )
    .action(async (id: string, options: StartOptions & { readonly wait?: boolean }, command: Command) => {
      const context = contextOf(command);
      const api = await context.api();
      const sessionId = await startPass(api, id, passOf(options));
      if (!options.wait) return context.answer({ sessionId }, () => [`${sessionId} has begun`]);
      const { code } = await watchToEnd(context, api, sessionId);
      if (code !== 19) process.exitCode = exitCodes.failed;
    });
  group
    .command('list')
    .argument('<connection>', 'connection id')
    .description('list the sessions of a connection, the newest first')
    .option('--limit <count>', 'at most so many', parseCount, 20)
    .addHelpText(
      'after',
      examples('tributary session list storefront-west', 'tributary session list storefront-west --json'),
    )
    .action(async (id: string, { limit }: { readonly limit: number }, command: Command) => {
      const context = contextOf(command);
      const { sessions } = await (await context.api()).listSessions(id, { limit: Math.min(limit, 500) });
      context.list(sessions, sessions, [
        { title: 'session', value: (session) => session.id },
        { title: 'code', align: 'right', value: ({ code }) => code },
        { title: 'status', value: ({ name }) => name },
        { title: 'reason', value: ({ reason }) => reason },
        { title: 'since', value: ({ since }) => since },
        { title: 'closed', value: ({ closedBy }) => closedBy },
      ]);
    });
  group
    .command('show')
    .argument('<session>', 'session or connection id')
    .description('show a session')
    .addHelpText(
      'after',
      examples('tributary session show storefront-west.1', 'tributary session show storefront-west'),
    )
    .action(async (id: string, _options: unknown, command: Command) => {
      const context = contextOf(command);
      const api = await context.api();
      const session = await api.getSession(await sessionIdOf(api, id));
      context.answer(session, () => sessionFacts(session));
    });
  group
    .command('watch')
    .argument('<session>', 'session or connection id')
    .description('follow a session with live progress; ends 0 when it is Synced, 1 when it needs someone')
    .addHelpText('after', examples('tributary session watch storefront-west'))
    .action(async (id: string, _options: unknown, command: Command) => {
      const context = contextOf(command);
      const api = await context.api();
      const { code } = await watchToEnd(context, api, await sessionIdOf(api, id));
      if (code !== 19) process.exitCode = exitCodes.failed;
    });
  addCall(group, 'retry', 'try again where it failed');
  addCall(group, 'cancel', 'stop it at the next batch border, or give it up where it failed');
  addCall(group, 'skip', 'go on without the failed substage');
  addCall(group, 'proceed', 'go on from Authorized');
  addSessionReads(group);
}

interface StartOptions {
  readonly resource?: readonly string[];
  readonly full?: boolean;
  readonly allowRemovals?: boolean;
  readonly from?: string;
  readonly to?: string;
}

/** @throws {UsageError} when a range has only one end */
function passOf({ resource, full, allowRemovals, from, to }: StartOptions): PassBody {
  if ((from === undefined) !== (to === undefined))
    throw new UsageError('A range needs both: --from and --to.');
  const scope = {
    ...(resource && { resources: [...resource] }),
    ...(full && { full }),
    ...(allowRemovals && { allowRemovals }),
    ...(from !== undefined && to !== undefined && { range: { from, to } }),
  };
  return Object.keys(scope).length === 0 ? {} : { scope };
}

function addCall(group: Command, call: 'retry' | 'cancel' | 'skip' | 'proceed', description: string): void {
  const verb = group
    .command(call)
    .argument('<session>', 'session or connection id')
    .description(description)
    .option('--note <text>', 'why; it stands on the timeline');
  if (call === 'skip') verb.requiredOption('--substage <name>', 'the failed substage');
  const flags = call === 'skip' ? ' --substage forecasting' : '';
  verb
    .addHelpText(
      'after',
      examples(`tributary session ${call} storefront-west.3${flags} --note "asked by support"`),
    )
    .action(
      async (id: string, body: { readonly note?: string; readonly substage?: string }, command: Command) => {
        const context = contextOf(command);
        const api = await context.api();
        const session = await sessionIdOf(api, id);
        const { note, substage } = body;
        const before = call === 'cancel' ? await api.getSession(session) : undefined;
        const answer = await api.call(session, call, {
          ...(note && { note }),
          ...(substage && { substage: substage as NonNullable<CallBody['substage']> }),
        });
        const gaveUp = before?.code === answer.code && before.allowed.includes('retry');
        const moved = answer.pending ? 'accepted; it has not moved yet, now' : gaveUp ? 'closed in' : 'now';
        context.answer(answer, () => [`${answer.sessionId}: ${moved} ${answer.code} ${answer.name}`]);
      },
    );
}
