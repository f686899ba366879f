// What the catalogue's files share: numbers in sentences, and sentences inside sentences.

const rules = new Intl.PluralRules('en');
const numbers = new Intl.NumberFormat('en');

/** `1,284`. */
export function count(value: number): string {
  return numbers.format(value);
}

/** Picks by the plural rule of the language and puts the number where `#` stands. */
export function plural(value: number, forms: { readonly one: string; readonly other: string }): string {
  return (rules.select(value) === 'one' ? forms.one : forms.other).replace('#', count(value));
}

/** For a sentence that goes on after a colon; a name keeps its capital. */
export function lowerFirst(text: string): string {
  const isName = /^[A-Z0-9]{2}/.test(text);
  return isName ? text : text.charAt(0).toLowerCase() + text.slice(1);
}
