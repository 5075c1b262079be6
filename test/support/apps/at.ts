import { fileURLToPath } from 'node:url';
import { type ConnectorDefinition, loadDefinition } from '../../../connectors/definition.ts';

/**
 * The definition of a real app with other addresses: each of `places` (the beginning of an address in the file) is
 * replaced by an address of a stand-in. Nothing else is changed.
 * @throws Error when a place is not in the definition, or an address of the real app would be left.
 */
export function definitionAt(id: string, places: Readonly<Record<string, string>>): ConnectorDefinition {
  const file = fileURLToPath(new URL(`../../../connectors/${id}.yaml`, import.meta.url));
  const { baseUrl, auth, ...rest } = loadDefinition(file);
  let addresses = JSON.stringify({ baseUrl, auth });
  for (const [place, url] of Object.entries(places)) {
    if (!addresses.includes(`"${place}`)) throw new Error(`${id} has no address that begins with ${place}`);
    addresses = addresses.replaceAll(`"${place}`, `"${url}`);
  }
  const left = /"(https:[^"]*)"/.exec(addresses)?.[1];
  if (left !== undefined) throw new Error(`${id} would still ask ${left}`);
  return { ...rest, ...(JSON.parse(addresses) as Pick<ConnectorDefinition, 'baseUrl' | 'auth'>) };
}
