import { activityInfo, Context, getClient } from '@temporalio/activity';
import { type DisconnectInput, lifecycleWorkflowId, workflowTypes } from '../../domain/contracts.ts';
import type { ConnectionDoc } from '../../stores/model.ts';
import type { CompanyActivities } from '../contracts.ts';
import type { ActivityPorts } from '../ports.ts';
import { beating } from './beating.ts';
import { signCompanyReceipt } from './signature.ts';

type Input<K extends keyof CompanyActivities> = Parameters<CompanyActivities[K]>[0];
type Output<K extends keyof CompanyActivities> = ReturnType<CompanyActivities[K]>;

const idsPerPage = 100;

/** A page of the connections of a company. */
export async function listConnections(
  { stores }: ActivityPorts,
  { companyId, after }: Input<'listConnections'>,
): Output<'listConnections'> {
  const all = await beating(() => stores.connections.list({ company: companyId }));
  const left = all.map(({ _id }) => _id).filter((id) => after === null || id > after);
  const ids = left.slice(0, idsPerPage);
  return { ids, next: left.length > ids.length ? (ids.at(-1) ?? null) : null };
}

/** Whether nothing is left to do: disconnected with a receipt, and nothing kept unless it may be. */
async function isEnded(
  { stores }: ActivityPorts,
  { _id, generation, status }: ConnectionDoc,
  keepData: boolean,
): Promise<boolean> {
  if (status !== 'DISCONNECTED') return false;
  const ids = Array.from({ length: generation }, (_, index) => `${_id}/${index + 1}`);
  const receipts = await stores.receipts.getMany(ids);
  if (!receipts.some((receipt) => receipt._id === `${_id}/${generation}`)) return false;
  return keepData || receipts.every(({ keptData, keptDeleted }) => !keptData || keptDeleted !== undefined);
}

/**
 * Starts the disconnect of one connection, or joins the one that runs, and waits for its end. A worker that dies in it
 * harms nothing: the disconnect is a workflow of its own, which the next attempt joins.
 */
export async function endConnection(
  ports: ActivityPorts,
  { connectionId, by, keepData, heartbeatMs }: Input<'endConnection'>,
): Output<'endConnection'> {
  await beating(async () => {
    for (;;) {
      const connection = await ports.stores.connections.get(connectionId);
      if (connection === null || (await isEnded(ports, connection, keepData))) return;
      const disconnect = await startOrJoin(connection, { connectionId, by, keepData, heartbeatMs });
      await Promise.race([disconnect.result(), Context.current().cancelled]);
    }
  });
}

/** Takes over any other procedure of the connection. */
async function startOrJoin({ _id, company }: ConnectionDoc, input: DisconnectInput) {
  const { workflow } = getClient();
  const workflowId = lifecycleWorkflowId(_id);
  const running = await workflow
    .getHandle(workflowId)
    .describe()
    .catch(() => null);
  if (running?.status.name === 'RUNNING' && running.type === workflowTypes.disconnect)
    return workflow.getHandle(workflowId, running.runId);
  return workflow.start(workflowTypes.disconnect, {
    workflowId,
    taskQueue: activityInfo().taskQueue,
    args: [input],
    workflowIdConflictPolicy: 'TERMINATE_EXISTING',
    memo: { connectionId: _id, company },
    staticSummary: `${_id}: disconnect`,
    priority: { fairnessKey: company },
  });
}

/** The receipt of a company lists those of its connections; written once. */
export const endDeletion = (ports: ActivityPorts, input: Input<'endDeletion'>): Output<'endDeletion'> =>
  beating(() => writeReceipt(ports, input));

async function writeReceipt(
  ports: ActivityPorts,
  { companyId, number, by, keepData }: Input<'endDeletion'>,
): Output<'endDeletion'> {
  const { stores, secrets } = ports;
  const _id = `${companyId}/${number}`;
  const all = await stores.connections.list({ company: companyId });
  for (const connection of all) if (!(await isEnded(ports, connection, keepData))) return { receiptId: null };
  const receipts = await stores.receipts.getMany(all.map(({ _id: id, generation }) => `${id}/${generation}`));
  const connections = receipts.map(({ _id: receiptId, grantRevoked, collections, keptDeleted }) => ({
    id: receiptId.slice(0, receiptId.lastIndexOf('/')),
    receiptId,
    grantRevoked,
    deleted: [...collections, ...(keptDeleted?.collections ?? [])]
      .filter(({ outcome }) => outcome === 'deleted')
      .reduce((sum, { count }) => sum + count, 0),
  }));
  const known = await stores.receipts.ofCompany(_id);
  const links = await stores.receipts.linksOf(companyId);
  const company = await stores.companies.get(companyId);
  const endedAt = known?.endedAt ?? new Date();
  const at = company?.deletion?.at ?? endedAt;
  const told = { _id, by, at, endedAt, keptData: keepData, connections, connectLinks: links.length };
  if (known === null) await stores.receipts.keepOfCompany(signCompanyReceipt(secrets, told));
  // After the receipt, so that it tells of them however often this is repeated.
  await stores.receipts.removeLinks(links);
  await stores.companies.endDeletion(companyId, number, endedAt);
  return { receiptId: _id };
}
