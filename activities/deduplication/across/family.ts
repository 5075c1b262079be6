import type { Across } from '../../../stores/across.ts';
import type { Merges } from '../../../stores/merges.ts';
import type { ConnectionDoc } from '../../../stores/model.ts';
import type { Stores } from '../../../stores/open.ts';
import type { Records } from '../../../stores/records.ts';

/** What a connection has of the resource. */
export interface Place {
  readonly records: Records;
  readonly merges: Merges;
}

/** The connections of a company whose records of one resource are compared with each other. */
export interface Family {
  /** Id of the connection whose session it is. */
  readonly self: string;
  readonly store: Across;
  /** Whether the company wants its connections compared. */
  readonly isOn: boolean;
  /** Ids of those that are compared, in order; without `self` where its own are not compared any more. */
  readonly members: ReadonlySet<string>;
  /** The connection's records and merges; null: it is gone. */
  readonly place: (connectionId: string) => Place | null;
}

/** Whether its records are there to be read. */
const isThere = ({ ownCode, status }: ConnectionDoc): boolean => ownCode !== 26 && status !== 'DISCONNECTED';

/**
 * Who is compared with whom: connections of one app and company that have deduplication switched on.
 * @param hasRule Whether the app's definition still says when two records of the resource are one
 */
export async function familyOf(
  {
    connections,
    companies,
    across,
    merges,
    records,
  }: Pick<Stores, 'connections' | 'companies' | 'across' | 'merges' | 'records'>,
  { _id: self, company, app }: Pick<ConnectionDoc, '_id' | 'company' | 'app'>,
  resource: string,
  hasRule: boolean,
): Promise<Family> {
  const isOn = (await companies.get(company))?.deduplicateAcrossConnections === true;
  const docs = (await connections.list({ company, app })).filter(isThere);
  const byId = new Map(docs.map((doc) => [doc._id, doc]));
  const compared = docs.filter(
    ({ _id, deduplication }) => hasRule && deduplication && (isOn || _id === self),
  );
  return {
    ...{ self, isOn, store: across.of(company, app, resource) },
    members: new Set(compared.map(({ _id }) => _id).sort()),
    place(connectionId) {
      const doc = byId.get(connectionId);
      if (doc === undefined) return null;
      const at = [connectionId, doc.generation, resource] as const;
      return { records: records.of(...at), merges: merges.of(...at) };
    },
  };
}
