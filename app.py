"""The frame around every page: configuration, navigation, the sidebar with log and cohort."""

from pages._shared import frame

frame.run()
