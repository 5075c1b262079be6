import type { AutomationChange } from '../../api/schemas/automations.ts';
import { UsageError } from '../exit.ts';
import { parseCount } from './shared.ts';

/** Options of `tributary automation create` and `edit`. */
export interface AutomationOptions {
  readonly name?: string;
  readonly description?: string;
  readonly report?: string;
  readonly refresh?: string;
  readonly full?: boolean;
  readonly sync?: string;
  readonly retention?: boolean;
  readonly fill?: string;
  readonly days?: string;
  readonly run?: AutomationChange['run'];
  readonly time?: string;
  readonly timezone?: string;
  readonly weekday?: AutomationChange['weekday'];
  readonly missed?: AutomationChange['missed'];
}

/** The fields that were given. @throws {UsageError} for two tasks at once */
export function automationFields(options: AutomationOptions): AutomationChange {
  const { report, refresh, full, sync, retention, fill, days, ...fields } = options;
  const tasks: NonNullable<AutomationChange['task']>[] = [
    ...(report === undefined ? [] : [{ kind: 'report' as const, reportType: report }]),
    ...(refresh === undefined
      ? []
      : [{ kind: 'refresh' as const, connectionId: refresh, ...(full === true ? { full } : {}) }]),
    ...(sync === undefined ? [] : [{ kind: 'sync' as const, syncId: sync }]),
    ...(retention === true ? [{ kind: 'retention' as const }] : []),
    ...(fill === undefined
      ? []
      : [{ kind: 'fill' as const, reportType: fill, days: parseCount(days ?? '30') }]),
  ];
  const [task, another] = tasks;
  if (another !== undefined)
    throw new UsageError('Give one of --report, --refresh, --sync, --retention and --fill.');
  if (full === true && refresh === undefined) throw new UsageError('--full goes with --refresh.');
  if (days !== undefined && fill === undefined) throw new UsageError('--days goes with --fill.');
  return { ...fields, ...(task === undefined ? {} : { task }) };
}
