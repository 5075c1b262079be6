import type { Command } from 'commander';
import type { Receipt } from '../../api/schemas/connections.ts';
import type { Verification } from '../../api/schemas/receipts.ts';
import type { TributaryClient } from '../../tributary-client.ts';
import { contextOf } from '../context.ts';
import { exitCodes, UsageError } from '../exit.ts';
import { examples } from '../help.ts';
import { counted, formatFacts, formatTable } from '../output/table.ts';
import { deletionLines } from './company.ts';
import { confirmedPlan } from './plan.ts';
import { parseCount } from './shared.ts';

const idHelp = '<connection>, <connection>/<generation>, or company/<company>';

/** `tributary receipt` */
export function addReceipt(program: Command): void {
  const group = program.command('receipt').description('what disconnects deleted, and whether that is so');
  group
    .command('list')
    .description('list the receipts, newest first')
    .option('--limit <count>', 'at most so many', parseCount)
    .addHelpText('after', examples('tributary receipt list', 'tributary receipt list --limit 10 --json'))
    .action(async ({ limit }: { readonly limit?: number }, command: Command) => {
      const context = contextOf(command);
      const { receipts } = await (await context.api()).listReceipts(limit === undefined ? {} : { limit });
      context.list(receipts, receipts, [
        { title: 'receipt', value: ({ id }) => id },
        { title: 'at', value: ({ at }) => at },
        { title: 'by', value: ({ by }) => `${by.kind} ${by.id}` },
        { title: 'grant revoked', value: ({ grantRevoked }) => (grantRevoked ? 'yes' : 'no') },
        { title: 'data', value: dataText },
        { title: 'documents deleted', align: 'right', value: deleted },
      ]);
    });
  group
    .command('show')
    .argument('<id>', idHelp)
    .description('show a receipt')
    .addHelpText(
      'after',
      examples('tributary receipt show storefront-west', 'tributary receipt show company/acme'),
    )
    .action(async (text: string, _options: unknown, command: Command) => {
      const context = contextOf(command);
      const api = await context.api();
      const id = parseReceiptId(text);
      if (id.kind === 'company') {
        const receipt = await api.getCompanyReceipt(id.company);
        context.answer(receipt, () => deletionLines(receipt));
      } else {
        const receipt = await receiptOf(api, id);
        context.answer(receipt, () => receiptLines(receipt));
      }
    });
  group
    .command('verify')
    .argument('<id>', idHelp)
    .description('compare a receipt with the store; exit code 1 when they differ')
    .addHelpText(
      'after',
      examples('tributary receipt verify storefront-west/1', 'tributary receipt verify company/acme'),
    )
    .action(async (text: string, _options: unknown, command: Command) => {
      const context = contextOf(command);
      const verification = await verify(await context.api(), parseReceiptId(text));
      context.answer(verification, () => verificationLines(verification));
      if (!verification.sound) process.exitCode = exitCodes.failed;
    });
  group
    .command('delete-kept')
    .argument('<connection>', 'connection id, disconnected with --keep-data')
    .description('delete the records that its disconnect kept; asks first')
    .option('--yes', 'do not ask')
    .addHelpText('after', examples('tributary receipt delete-kept storefront-west'))
    .action(async (id: string, { yes }: { readonly yes?: boolean }, command: Command) => {
      const context = contextOf(command);
      const api = await context.api();
      const { status } = await api.getConnection(id);
      // The same call would end a connection that lives.
      if (status !== 'DISCONNECTED')
        throw new UsageError(
          `Connection ${id} is ${status}. What an earlier generation kept goes with its next disconnect.`,
        );
      const plan = { procedure: 'disconnect', arguments: { keepData: false } } as const;
      const token = await confirmedPlan(api, id, plan, { yes });
      const answer = await api.disconnect(id, { keepData: false, ...token });
      context.answer(answer, () =>
        'pending' in answer ? [`It goes on as ${answer.workflowId}.`] : receiptLines(answer),
      );
    });
}

type ReceiptId =
  | { readonly kind: 'company'; readonly company: string }
  | { readonly kind: 'connection'; readonly connection: string; readonly generation?: number };

/** @throws {UsageError} */
function parseReceiptId(text: string): ReceiptId {
  const [first = '', second, ...rest] = text.split('/');
  if (first === '' || second === '' || rest.length > 0) throw new UsageError(`"${text}" is not ${idHelp}.`);
  if (second === undefined) return { kind: 'connection', connection: first };
  if (first === 'company' && !/^[0-9]+$/.test(second)) return { kind: 'company', company: second };
  return { kind: 'connection', connection: first, generation: parseCount(second) };
}

const receiptOf = (
  api: TributaryClient,
  { connection, generation }: Extract<ReceiptId, { kind: 'connection' }>,
): Promise<Receipt> =>
  generation === undefined ? api.getReceipt(connection) : api.getGenerationReceipt(connection, generation);

async function verify(api: TributaryClient, id: ReceiptId): Promise<Verification> {
  if (id.kind === 'company') return api.verifyCompanyReceipt(id.company);
  const { connectionId, generation } = await receiptOf(api, id);
  return api.verifyReceipt(connectionId, generation);
}

function dataText({ keptData, keptDeleted }: Receipt): string {
  if (!keptData) return 'deleted';
  return keptDeleted === null ? 'kept' : `kept, deleted ${keptDeleted.at}`;
}

const deleted = ({ collections, keptDeleted }: Receipt): number =>
  [...collections, ...(keptDeleted?.collections ?? [])]
    .filter(({ outcome }) => outcome === 'deleted')
    .reduce((sum, { count }) => sum + count, 0);

/** A receipt as lines. */
export const receiptLines = (receipt: Receipt): string[] => [
  ...formatFacts([
    ['receipt', receipt.id],
    ['at', `${receipt.at} by ${receipt.by.kind} ${receipt.by.id}`],
    ['grant revoked', receipt.grantRevoked ? 'yes' : 'no'],
    ['data', dataText(receipt)],
  ]),
  '',
  ...formatTable(
    [...receipt.collections, ...(receipt.keptDeleted?.collections ?? [])],
    [
      { title: 'what', value: ({ name }) => name, widest: 90 },
      { title: 'outcome', value: ({ outcome }) => outcome },
      { title: 'documents', align: 'right', value: ({ count }) => count },
      { title: 'hash', value: ({ hash }) => hash.slice(0, 16) },
    ],
  ),
  '',
  'Kept as the audit trail, without data: sessions, timeline, row counts, statistics, events, receipts.',
];

const verificationLines = ({ id, sound, deviations }: Verification): string[] =>
  sound
    ? [`${id}: the store is as the receipt says.`]
    : [
        `${id}: ${counted(deviations.length, 'deviation')}`,
        ...deviations.map(({ receiptId, message }) => `  ${receiptId}: ${message}`),
      ];
