import assert from 'node:assert/strict';
import { type DefinitionFault, parseDefinition } from '../../connectors/definition.ts';
import { TributaryError } from '../../domain/errors.ts';

/** The faults of a text that must have some. */
export function faultsOf(text: string): {
  readonly message: string;
  readonly faults: readonly DefinitionFault[];
} {
  try {
    parseDefinition(text, 'app.yaml');
  } catch (error) {
    assert.ok(error instanceof TributaryError, String(error));
    assert.equal(error.code, 'DEFINITION_INVALID');
    return { message: error.message, faults: error.details.faults as readonly DefinitionFault[] };
  }
  return assert.fail('There was no fault.');
}
