import { checkAccess } from './consistency/access.ts';
import type { Inconsistency } from './consistency/inconsistency.ts';
import { checkKind } from './consistency/kinds.ts';
import { checkRecords } from './consistency/records.ts';
import { checkReport } from './consistency/report.ts';
import { checkResource } from './consistency/resource.ts';
import { checkWebhooks } from './consistency/webhooks.ts';
import type { ConnectorDefinition } from './schema.ts';

export type { Inconsistency } from './consistency/inconsistency.ts';

/** Finds what each part of a definition allows but what does not fit together. */
export function* inconsistencies(definition: ConnectorDefinition): Generator<Inconsistency> {
  yield* checkKind(definition);
  yield* checkAccess(definition);
  yield* checkWebhooks(definition);
  for (const [i, resource] of definition.resources.entries())
    yield* checkResource(definition, resource, ['resources', i]);
  for (const [i, report] of definition.reports.entries())
    yield* checkReport(definition, report, ['reports', i]);
  yield* checkRecords(definition);
}
