from explorer.exporting.report.page import Report as Report
from explorer.exporting.report.page import report_of as report_of
