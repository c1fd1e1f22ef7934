"""What figures and drawings of one kind share: places, labels and colours, whatever draws them."""
