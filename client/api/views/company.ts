import { sessionIdOf } from '../../../domain/contracts.ts';
import type { CompanyDoc, ConnectionDoc } from '../../../stores/model.ts';
import type { RouteDeps } from '../deps.ts';
import type { Company } from '../schemas/companies.ts';
import type { Connection } from '../schemas/connections.ts';
import { codeOf, labelOf } from './connection.ts';

type Label = Connection['label'];

/** What needs somebody first. */
const worstFirst: readonly Label[] = [
  'Needs you',
  'Paused',
  'Waiting for the app',
  'Waiting for its turn',
  'Working',
  'Up to date',
  'Disconnected',
];

const rank = (label: Label | undefined): number =>
  label === undefined ? worstFirst.length : worstFirst.indexOf(label);

/** The plain labels of connections, by their ids. */
export async function labelsOf(
  { stores }: Pick<RouteDeps, 'stores'>,
  connections: readonly ConnectionDoc[],
): Promise<ReadonlyMap<string, Label>> {
  const ids = connections.map(({ _id, latestSession }) => sessionIdOf(_id, latestSession));
  const sessions = new Map((await stores.sessions.getMany(ids)).map((one) => [one.connectionId, one]));
  return new Map(
    connections.map((doc) => {
      const latest = sessions.get(doc._id) ?? null;
      return [doc._id, labelOf(doc, codeOf(doc, latest), latest)];
    }),
  );
}

/** A company as the API shows it, with one line about its connections. */
export function companyView(
  { _id, name, createdAt, deletion, deduplicateAcrossConnections = false }: CompanyDoc,
  found: readonly Label[],
): Company {
  const labels = worstFirst
    .map((label) => ({ label, connections: found.filter((one) => one === label).length }))
    .filter(({ connections }) => connections > 0);
  return {
    id: _id,
    name,
    createdAt: createdAt.toISOString(),
    deduplicateAcrossConnections,
    statusLine: statusLine(deletion, labels),
    labels,
    deletion:
      deletion === undefined
        ? null
        : {
            by: deletion.by,
            at: deletion.at.toISOString(),
            keepData: deletion.keepData,
            endedAt: deletion.endedAt?.toISOString() ?? null,
          },
  };
}

function statusLine(deletion: CompanyDoc['deletion'], labels: Company['labels']): string {
  if (deletion !== undefined) return deletion.endedAt === null ? 'Being deleted' : 'Deleted';
  if (labels.length === 0) return 'No connections';
  return labels.map(({ label, connections }) => `${connections} ${label}`).join(', ');
}

/** The company whose connections need somebody most comes first; equal ones by id. */
export const byWorst = (a: Company, b: Company): number => {
  const [first, second] = [rank(a.labels[0]?.label), rank(b.labels[0]?.label)];
  if (first !== second) return first - second;
  return (b.labels[0]?.connections ?? 0) - (a.labels[0]?.connections ?? 0) || (a.id < b.id ? -1 : 1);
};
