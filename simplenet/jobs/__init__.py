"""Background jobs: work in slices on Dask workers."""

from simplenet.jobs.job import Job
from simplenet.jobs.jobs import Jobs
from simplenet.jobs.ledger import LedgerError, NoRoomError, Pace, Status
from simplenet.jobs.work import Slice, Work
from simplenet.jobs.workers import JobError

__all__ = [
    "Job",
    "JobError",
    "Jobs",
    "LedgerError",
    "NoRoomError",
    "Pace",
    "Slice",
    "Status",
    "Work",
]
