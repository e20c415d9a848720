"""Background jobs: work in slices on Dask workers."""

from simplenet.jobs.job import Job, Jobs, Pace, Slice, Status, Work
from simplenet.jobs.workers import JobError

__all__ = ["Job", "JobError", "Jobs", "Pace", "Slice", "Status", "Work"]
