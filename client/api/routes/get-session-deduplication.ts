import { readReport } from '../../../activities/deduplication/report.ts';
import type { Route } from '../deps.ts';
import { findSession } from '../find.ts';
import { groupView } from '../merges.ts';
import { sessionParams } from '../schemas/common.ts';
import { type SessionDeduplication, sessionDeduplication } from '../schemas/merges.ts';

const mostGroups = 100;

/** What a session merged and parted. */
export const getSessionDeduplication: Route = (api, deps) => {
  const schema = {
    summary: 'Show what a session merged',
    description:
      'For each resource that it deduplicated: what it looked at, which records became one and by what, which came back, and values that say nothing.',
    tags: ['Deduplication'],
    params: sessionParams,
    response: { 200: sessionDeduplication },
  };
  api.get(
    '/api/sessions/:id/deduplication',
    { schema, config: { needs: 'readData' } },
    async ({ params }) => {
      const { _id, connectionId, generation, resources } = await findSession(deps, params.id);
      const found: SessionDeduplication['resources'] = [];
      for (const resource of resources) {
        const merges = deps.stores.merges.of(connectionId, generation, resource);
        const report = await readReport(merges, _id);
        if (report === null) continue;
        const { seen, common, ...counts } = report;
        const list = await merges.groups.pageWhere({ sessionId: _id }, { limit: mostGroups });
        found.push({
          ...{ resource, ...counts, common: [...common], list: list.map(groupView) },
          seen: { ...seen, alternatives: [...seen.alternatives] },
        });
      }
      return { resources: found };
    },
  );
};
