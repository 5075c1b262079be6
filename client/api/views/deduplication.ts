import { readReport } from '../../../activities/deduplication/report.ts';
import type { SessionDoc } from '../../../stores/model.ts';
import type { RouteDeps } from '../deps.ts';
import { groupViews } from '../merges.ts';
import type { SessionDeduplication } from '../schemas/merges.ts';

/**
 * What a session merged and parted, for each resource that it deduplicated.
 * @param most So many groups of a resource that changed in it, in the order of their keys
 */
export async function deduplicationView(
  { stores }: Pick<RouteDeps, 'stores'>,
  { _id, connectionId, generation, resources, company, app }: SessionDoc,
  most: number,
): Promise<SessionDeduplication> {
  const found: SessionDeduplication['resources'] = [];
  for (const resource of resources) {
    const merges = stores.merges.of(connectionId, generation, resource);
    const report = await readReport(merges, _id);
    if (report === null) continue;
    const { seen, common, ...counts } = report;
    const list = await merges.groups.pageWhere({ sessionId: _id }, { limit: most });
    const room = { connection: { _id: connectionId }, across: stores.across.of(company, app, resource) };
    found.push({
      ...{ resource, ...counts, common: [...common], list: await groupViews(room, list) },
      seen: { ...seen, alternatives: [...seen.alternatives] },
    });
  }
  return { resources: found };
}
