"""What waits for staff, in numbers, and the mark that rises with it."""

from realtime.tally import Sign
from storage.contact import begin_thread
from storage.desk import desk_load
from storage.posts import publish, submit
from storage.reports import report, settle
from storage.values_desk import DeskLoad
from storage.values_posts import NewPost, Post, PostingRules, PostKind
from storage.values_reports import NewReport, ReportReason
from tests.storage.house import House, device
