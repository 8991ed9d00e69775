from explorer.inference.pictures.small_picture import run_picture as run_picture
