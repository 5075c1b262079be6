import { dateFieldFault } from '../../activities/reports/date-field.ts';
import type { ReportSource } from '../../domain/report-type.ts';
import type { ConnectionDoc } from '../../stores/model.ts';
import type { RouteDeps } from './deps.ts';
import { findDefinition } from './find.ts';
import { invalid } from './problem.ts';

/**
 * Refuses a date field that would leave every report empty, see {@link dateFieldFault}.
 * @throws {TributaryError} INVALID_INPUT naming the fields that hold dates
 */
export async function requireDateField(
  deps: Pick<RouteDeps, 'stores' | 'definitions'>,
  connection: ConnectionDoc,
  source: ReportSource,
): Promise<void> {
  const definition = findDefinition(deps, connection.app);
  const message = await dateFieldFault(deps.stores, definition, connection, source);
  if (message !== null) throw invalid({ path: 'body.source.dateField', message });
}
