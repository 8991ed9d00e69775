from explorer.exporting.report.card import card_rows as card_rows
from explorer.exporting.report.page import Report as Report
from explorer.exporting.report.page import report_of as report_of
from explorer.exporting.report.subject import Subject as Subject
