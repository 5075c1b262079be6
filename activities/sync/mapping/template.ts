import { Liquid, type Template } from 'liquidjs';
import type { JsonObject } from '../../../domain/json.ts';

/** Longest text that a template may make, in characters. */
const longestText = 100_000;

/** No file can be read: templates come from this empty folder in memory. What is missing or misspelt is an error. */
const liquid = new Liquid({
  templates: {},
  strictVariables: true,
  strictFilters: true,
  ownPropertyOnly: true,
  parseLimit: 20_000,
  renderLimit: 200,
  memoryLimit: 10_000_000,
});

/**
 * Parses a Liquid template.
 * @returns what renders it with the fields of a record as variables, and throws an Error that says why it cannot
 * @throws Error when it does not parse
 */
export function compileTemplate(text: string): (data: JsonObject) => string {
  const parsed: Template[] = liquid.parse(text);
  return (data) => {
    const made = String(liquid.renderSync(parsed, { ...data }));
    if (made.length > longestText) throw new Error(`the text is longer than ${longestText} characters`);
    return made;
  };
}

/**
 * The variables that a template takes from the record: those that it does not make itself.
 * @throws Error when it does not parse
 */
export const variablesOf = (text: string): string[] => liquid.globalVariablesSync(liquid.parse(text));
