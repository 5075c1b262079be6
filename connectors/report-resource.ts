import type { RestResource } from './rest-definition.ts';
import type { ReportDefinition } from './schema.ts';

/**
 * A dated report as a resource: what judges, maps, keys and filters the rows of a resource does so with its rows, and
 * the pages of one that is there at once are read as those of a resource.
 */
export function reportResource(report: ReportDefinition): RestResource {
  const { id, name, date, path = '/', params, recordsPath = '', totalPath, pagination } = report;
  const { key, schema, mapping, fields } = report;
  return {
    ...{ id, name, path, recordsPath, totalPath, pagination, key, schema, mapping, fields },
    params: {
      ...params,
      ...(date.param === undefined ? {} : { [date.param]: '{date}' }),
      ...(date.endParam === undefined ? {} : { [date.endParam]: '{end}' }),
    },
    enabled: true,
    onError: 'stop',
  };
}
