/**
 * Who has a right now: to send alerts (`sender`), to send to a subscription (its id), to change what is one across the
 * connections of a company (its id). `seq` counts its changes.
 */
export interface LeaseDoc {
  readonly _id: string;
  readonly seq: number;
  readonly holder: string | null;
  readonly until: Date;
}
