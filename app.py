"""The frame around every page: configuration, navigation, the sidebar with log and cohort."""

from pages._frame import frame

frame.run()
