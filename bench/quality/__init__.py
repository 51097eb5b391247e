"""How well models rank that are trained with each loss, beside LightGBM and XGBoost."""
