// `npm run docs:check`: every link of the README and of docs/ that points into the project leads somewhere, headings included, and every
// snippet type-checks.
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { requireNode, root } from './require-node.mjs';

await requireNode();
const { checkSnippets } = await import('./check-snippets.mjs');

const pages = globSync(['README.md', 'docs/**/*.md'], { cwd: root }).map((path) => resolve(root, path));
const broken = pages.flatMap((page) => linksOf(page).filter(({ target, heading }) => !leads(target, heading)));

for (const { page, link } of broken) console.error(`${relative(root, page)}: ${link} leads nowhere`);
console.log(`${pages.length} pages, ${broken.length} broken links`);
const snippets = await checkSnippets();
console.log(`${snippets.count} snippets${snippets.isRight ? '' : ', not all of them type-check'}`);
process.exitCode = broken.length > 0 || pages.length === 0 || !snippets.isRight ? 1 : 0;

function linksOf(page) {
  const links = [...withoutCode(page).matchAll(/\]\(([^)\s]+)\)|(?:src|href)="([^"]+)"/g)].map(([, a, b]) => a ?? b);
  return links
    .filter((link) => !/^[a-z]+:/i.test(link))
    .map((link) => {
      const [path, heading] = link.split('#');
      return { page, link, target: path ? resolve(dirname(page), path) : page, heading };
    });
}

function leads(target, heading) {
  if (!existsSync(target)) return false;
  return !heading || !target.endsWith('.md') || headingsOf(target).includes(heading);
}

/** Anchors as the usual renderers make them: lower case, no punctuation, hyphens for spaces. */
function headingsOf(page) {
  const titles = [...withoutCode(page).matchAll(/^#+ +(.+)$/gm)].map(([, title]) => title);
  return titles.map((title) =>
    title
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replaceAll(/\s/g, '-'),
  );
}

function withoutCode(page) {
  return readFileSync(page, 'utf8').replaceAll(/^```[\s\S]*?^```/gm, '');
}
