"""The frame around every page: configuration, navigation, the sidebar with log and cohort."""

from pages._frame import sample

sample.begin_early()

from pages._frame import frame  # noqa: E402 (what it imports takes as long as the sample)

frame.run()
