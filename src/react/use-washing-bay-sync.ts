// The jobs of one washing bay, live: all that this device has, and those under way.
import { useMemo } from 'react';
import type { Job } from '../domain/job.ts';
import { decodeJob } from '../domain/decode-documents.ts';
import { useCollection } from './use-collection.ts';

export interface WashingBaySync {
  readonly jobs: readonly Job[];
  readonly activeJobs: readonly Job[];
  readonly isLoading: boolean;
}

export function useWashingBaySync(bayId: string): WashingBaySync {
  const { documents, isLoading } = useCollection('jobs');
  return useMemo(() => {
    const jobs = [...documents.values()].flatMap(({ doc }) => decodeJob(doc) ?? []).filter((job) => job.bayId === bayId);
    jobs.sort((a, b) => a.startedAt.localeCompare(b.startedAt));
    return { jobs, activeJobs: jobs.filter((job) => job.state === 'active'), isLoading };
  }, [documents, bayId, isLoading]);
}
