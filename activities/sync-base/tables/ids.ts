import { slugPattern } from '../../../domain/contracts.ts';
import { idField } from '../../../domain/sync-base.ts';
import type { CellFault } from '../../../domain/sync-base-merge.ts';

/** What is wrong with the Id of a row that a person added. */
export const idFault = (id: string): readonly CellFault[] =>
  slugPattern.test(id)
    ? []
    : [
        {
          field: idField,
          message: `Id is ${id === '' ? 'empty' : `"${id.slice(0, 60)}"`}. Write small letters, digits, - and _, such as nightly-orders.`,
        },
      ];
