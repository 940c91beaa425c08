import { describe, expect, it, vi } from 'vitest';

import { JobsModel } from './jobs';
import { EnvironmentsModel } from './model';
import { PackageFilter } from './packageFilter';
import { anEnvironment, Server } from './testing/server';

const NUMPY = { count: 2, packages: [{ name: 'numpy', version: '1.26.4' }] };
const WITH = { environments: [anEnvironment({ holding: NUMPY })] };

function started(pause = 0) {
  const server = new Server();
  server.answer('GET environments', { environments: [anEnvironment()] });
  server.answer('GET environments?package=numpy', WITH);
  server.answer('GET environments?package=numpy%201.26', WITH);
  server.answer('GET environments?package=pandas', { environments: [] });
  const environments = new EnvironmentsModel(
    server.request,
    new JobsModel(server.request, Date.now, 60_000)
  );
  return { server, environments, filter: new PackageFilter(server.request, environments, pause) };
}

describe('the filter by packages', () => {
  it('asks for what is typed after a pause, each text once', async () => {
    const { server, filter } = started(20);
    ['n', 'nu', 'num', 'numpy'].forEach(typed => filter.look(typed));
    expect(filter.waiting).toBe(true);
    await vi.waitFor(() => expect(filter.holding('numpy', 'penguins')).toEqual(NUMPY));
    filter.look('numpy 1.26');
    await vi.waitFor(() => expect(filter.holding('numpy 1.26', 'penguins')).toEqual(NUMPY));
    filter.look('pandas numpy');
    await vi.waitFor(() => expect(filter.waiting).toBe(false));
    expect(filter.holding('pandas', 'penguins')).toBeUndefined();
    expect(server.asked.map(({ path }) => path)).toEqual([
      'environments?package=numpy',
      'environments?package=numpy%201.26',
      'environments?package=pandas'
    ]);
  });

  it('asks for no name, no tag and no single letter', () => {
    const { server, filter } = started();
    for (const typed of ['', '  ', 'p', '#geo', '1.26', '<b>', 'é']) {
      filter.look(typed);
      expect(filter.waiting).toBe(false);
    }
    expect(server.asked).toEqual([]);
  });

  it('says why there is no answer, and asks again when something is typed', async () => {
    const { server, filter } = started();
    server.answer('GET environments?package=numpy', { message: 'Down.', code: 'x' }, 500);
    filter.look('numpy');
    await vi.waitFor(() => expect(filter.error?.message).toBe('Down.'));
    server.answer('GET environments?package=numpy', WITH);
    filter.look('numpy');
    expect(filter.error).toBeNull();
    await vi.waitFor(() => expect(filter.holding('numpy', 'penguins')).toEqual(NUMPY));
  });

  it('takes a text that the server does not understand for no package', async () => {
    const { server, filter } = started();
    server.answer('GET environments?package=a%3C2%3C', { message: 'No.', code: 'i' }, 400);
    filter.look('a<2<');
    await vi.waitFor(() => expect(filter.waiting).toBe(false));
    expect(filter.error).toBeNull();
  });

  it('asks anew when the environments have changed, and only while somebody filters', async () => {
    const { server, environments, filter } = started();
    filter.look('numpy');
    await vi.waitFor(() => expect(filter.waiting).toBe(false));
    server.answer('GET environments?package=numpy', { environments: [] });
    await environments.refresh();
    await vi.waitFor(() => expect(filter.holding('numpy', 'penguins')).toBeUndefined());
    filter.look('');
    const before = server.asked.length;
    await environments.refresh();
    expect(server.asked.length).toBe(before + 1);
  });
});
