import type { AlertCause } from '../../domain/alerts.ts';

/** The workflow of an incident, by its cause; the part after the first slash is what it is of. */
const workflowOf: Partial<Record<AlertCause, (id: string) => string>> = {
  session: (id) => `session/${id}`,
  grant: (id) => `session/${id}`,
  connection: (id) => `lifecycle/${id}`,
  sync: (id) => `sync-run/${id}`,
  // What follows type and slot tells one failure from the next.
  report: (id) => `report/${id.split('/').slice(0, 2).join('/')}`,
};

/** Where an incident can be looked at in the Temporal Web UI. @param ui Its address. */
export function engineLink(
  ui: string,
  namespace: string,
  { incident, cause }: { readonly incident: string; readonly cause: AlertCause },
): string {
  const all = `${ui.replace(/\/+$/, '')}/namespaces/${encodeURIComponent(namespace)}/workflows`;
  const workflow = workflowOf[cause]?.(incident.slice(incident.indexOf('/') + 1));
  return workflow === undefined ? all : `${all}/${encodeURIComponent(workflow)}`;
}
