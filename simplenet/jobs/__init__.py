"""Background jobs: work in slices on Dask workers."""

from simplenet.jobs.job import Job
from simplenet.jobs.jobs import Jobs
from simplenet.jobs.ledger import LedgerError, Pace, Status
from simplenet.jobs.work import Slice, Work
from simplenet.jobs.workers import JobError

__all__ = ["Job", "JobError", "Jobs", "LedgerError", "Pace", "Slice", "Status", "Work"]
