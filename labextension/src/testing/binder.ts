import type { BinderReport } from '../tokens';

const URL =
  'https://hub.example.org/v2/gh/owner/repo/0123?urlpath=lab%2Ftree%2Fwork%2Fanalysis.ipynb';

/** A report without findings. */
export function aReport(change: Partial<BinderReport> = {}): BinderReport {
  const badge = { markdown: '[![b](i)](u)', rst: '.. image:: b', html: '<a>b</a>' };
  return {
    notebooks: ['work/analysis.ipynb'],
    mode: 'locked',
    hub: 'https://hub.example.org',
    repository: { provider: 'gh', name: 'owner/repo' },
    commit: '0123',
    link: URL,
    badge,
    links: [{ notebook: 'work/analysis.ipynb', url: URL, badge }],
    findings: [],
    notes: [],
    files: [],
    written: [],
    estimate: {
      packages: 34,
      download: 80_000_000,
      size: 320_000_000,
      seconds: 90,
      unknown: 0,
      measured: 0,
      basis: 'Assumed.'
    },
    followed: false,
    hash: 'h1',
    ...change
  };
}
